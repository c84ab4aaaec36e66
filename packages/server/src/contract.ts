// For the tests of a store of your own: needs vitest, which the server itself does not.
export type { OpenedStore, OpenStore } from './stores/contract/contract-room'
export { storeContract } from './stores/contract/store-contract'
