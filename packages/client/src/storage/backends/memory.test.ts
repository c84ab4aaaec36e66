import { localStoreContract } from '@roomful/testing'
import { describe, test } from 'vitest'
import { copyContract } from '../copy-contract'
import { memoryStore } from './memory'

describe('the memory store', () => {
  test.each([...localStoreContract, ...copyContract])('$name', ({ run }) =>
    run(async () => {
      const store = memoryStore()
      return { store: () => store }
    }),
  )
})
