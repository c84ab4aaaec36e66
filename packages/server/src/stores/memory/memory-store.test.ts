import { storeContract } from '../contract/store-contract'
import { createMemoryStore } from './memory-store'

storeContract('memory', async () => {
  const store = createMemoryStore({ epoch: 'epoch-1' })
  return { store, dispose: () => store.close() }
})

storeContract('memory, made again from its backup', async () => {
  let store = createMemoryStore({ epoch: 'epoch-1' })
  return {
    store,
    reopen: async () => {
      const backup = store.backup()
      await store.close()
      store = createMemoryStore({ epoch: store.epoch, backup })
      return store
    },
    dispose: () => store.close(),
  }
})
