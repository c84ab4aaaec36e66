/** The page of app-in-page.test.ts: an app's test on a chat server inside the page, in two ways. */

import { createChat } from '@roomful/client'
import { createTestWorld } from '@roomful/testing/browser'
import { chatHandlers } from '@roomful/testing/msw'
import { setupWorker } from 'msw/browser'
import { waitUntil } from '../../packages/testing/src/wait-until'
import { talk } from '../backends/app-test'

const until = async (what: string, condition: () => boolean): Promise<void> => {
  await waitUntil(what, condition)
}

const kit = {
  onMsw: async () => {
    const url = 'https://chat.example.com'
    const handlers = chatHandlers({ url, users: ['ann', 'bob'] })
    const worker = setupWorker(...handlers)
    await worker.start({ quiet: true })
    const [ann, bob] = ['ann', 'bob'].map((auth) =>
      createChat({ url, auth, storage: 'memory', tabs: 'separate' }),
    )
    if (!ann || !bob) throw new Error('no chats')
    const seen = await talk({ ann, bob, until, cut: () => handlers.faults.disconnect({ user: 'ann' }) })
    await Promise.all([ann.close(), bob.close()])
    handlers.close()
    worker.stop()
    return seen
  },

  inWorld: async () => {
    const world = await createTestWorld({ users: ['ann', 'bob'] })
    const stop = world.play(10)
    const { ann, bob } = world.clients
    const seen = await talk({ ann, bob, until, cut: () => world.faults.disconnect({ user: 'ann' }) })
    stop()
    await world.expectConverged()
    await world.close()
    return seen
  },
}

export type InKitPage = typeof kit
Object.assign(window, { kit })
