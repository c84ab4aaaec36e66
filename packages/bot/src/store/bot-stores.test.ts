import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore } from '@roomful/client'
import { fileStore } from '@roomful/client/node'
import { botStoreContract } from '../test-support/store-contract'
import { localBotStore } from './local-bot-store'

botStoreContract('memory, which has one process', async () => {
  let now = 0
  const store = localBotStore(memoryStore(), 'bot', () => now)
  return {
    open: async () => store,
    kill: async (_, ttlMs) => {
      now += ttlMs + 1
    },
    end: () => store.close(),
  }
})

const temporaryPlace = () => {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-bot-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

botStoreContract('a folder', async () => {
  const { folder, remove } = temporaryPlace()
  return {
    open: async () => localBotStore(fileStore(folder)),
    // What the lock of a process that has died looks like to the next one.
    kill: async (store) => store.release('a'),
    end: async () => remove(),
  }
})
