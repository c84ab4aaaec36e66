// For tests of your own stores: needs vitest, which the server itself does not.
export { fileStoreContract, type OpenedFileStore } from './files/contract/file-store-contract'
export type { OpenedStore, OpenStore } from './stores/contract/contract-room'
export { storeContract } from './stores/contract/store-contract'
