import { describe, test } from 'vitest'
import { localStoreContract } from '../ports/local-store.contract'
import { memoryStore } from './memory-store'

describe('the memory store', () => {
  test.each(localStoreContract)('$name', ({ run }) =>
    run(async () => {
      const store = memoryStore()
      return { store: () => store }
    }),
  )
})
