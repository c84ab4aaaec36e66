import { localStoreContract } from '@roomful/testing'
import { describe, test } from 'vitest'
import { memoryStore } from './memory-store'

describe('the memory store', () => {
  test.each(localStoreContract)('$name', ({ run }) =>
    run(async () => {
      const store = memoryStore()
      return { store: () => store }
    }),
  )
})
