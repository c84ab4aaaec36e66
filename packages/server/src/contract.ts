// For tests of your own store: needs vitest, which the server itself does not.
export type { OpenedStore, OpenStore } from './stores/contract/contract-room'
export { storeContract } from './stores/contract/store-contract'
