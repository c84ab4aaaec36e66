import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localStoreContract } from '@roomful/testing'
import { describe, test } from 'vitest'
import { copyContract } from '../copy-contract'
import { fileStore } from './file'

describe('the file store', () => {
  test.each([...localStoreContract, ...copyContract])('$name', ({ run }) =>
    run(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'roomful-store-'))
      return {
        store: () => fileStore(join(folder, 'state')),
        dispose: () => rm(folder, { recursive: true }),
      }
    }),
  )
})
