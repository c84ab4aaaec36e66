import { createChat, type TransportFactory } from '@roomful/client'
import type { WebSocketHandler } from 'msw'
import type { ReactElement } from 'react'
import { expect, type Mock, vi } from 'vitest'
import type { Snippet } from './find-snippets'
import { runInPage } from './run-in-page'
import { runSnippet } from './run-snippet'

type Hook = () => unknown
type Story = { render(args: object, context: { loaded: unknown }): ReactElement }

/** The client's own, as the app that has one of its own would wrap it. */
async function standardTransport(): Promise<TransportFactory> {
  const given: TransportFactory[] = []
  const wrapTransport = (transport: TransportFactory): TransportFactory => {
    given.push(transport)
    return transport
  }
  const chat = createChat({ url: 'http://localhost', auth: '', storage: 'memory', ports: { wrapTransport } })
  await chat.close()
  const [transport] = given
  if (transport === undefined) throw new Error('the chat made no transport')
  return transport
}

const last = (mock: Mock<(...args: never[]) => unknown>): unknown[] => mock.mock.lastCall ?? []

/** The fences of docs/guides/testing.md. */
export const TESTING_RUNS: Readonly<Record<string, (snippet: Snippet) => Promise<void>>> = {
  'docs/guides/testing.md 1': async (snippet) => {
    const test = vi.fn<(name: string, run: () => Promise<void>) => void>()
    const instead = { "import { expect, test } from 'vitest'": '' }
    const empty = async () => () => null
    await runInPage(empty, async () => {
      await runSnippet(snippet, { yours: { expect, test }, instead })
      await test.mock.lastCall?.[1]()
    })
    expect(test).toHaveBeenCalledOnce()
  },

  'docs/guides/testing.md 2': async (snippet) => {
    const test = vi.fn<(name: string, run: () => Promise<void>) => void>()
    const [beforeAll, afterAll] = [vi.fn<(run: Hook) => void>(), vi.fn<(run: Hook) => void>()]
    const instead = { "import { afterAll, beforeAll, expect, test } from 'vitest'": '' }
    await runSnippet(snippet, { yours: { expect, test, beforeAll, afterAll }, instead })
    beforeAll.mock.lastCall?.[0]()
    try {
      await test.mock.lastCall?.[1]()
    } finally {
      afterAll.mock.lastCall?.[0]()
    }
    expect(test).toHaveBeenCalledOnce()
  },

  // In a page it is run by test/browser/app-in-page.test.ts: Node has no `msw/browser`.
  'docs/guides/testing.md 3': async (snippet) => {
    const start = vi.fn(async () => {})
    const setupWorker = vi.fn((..._: WebSocketHandler[]) => ({ start }))
    const instead = { "import { setupWorker } from 'msw/browser'": '' }
    await runSnippet(snippet, { yours: { setupWorker }, instead })
    expect(start).toHaveBeenCalledOnce()
    expect(last(setupWorker)[0]).toMatchObject({ kind: 'websocket' })
  },

  // It throws if no reply comes.
  'docs/guides/testing.md 4': async (snippet) => {
    await runSnippet(snippet)
  },

  'docs/guides/testing.md 5': async (snippet) => {
    const test = vi.fn<(name: string, run: () => Promise<void>) => void>()
    const instead = { "import { test } from 'vitest'": '', 'declare const myTransport: TransportFactory': '' }
    await runSnippet(snippet, { yours: { test, myTransport: await standardTransport() }, instead })
    for (const [, run] of test.mock.calls) await run()
    expect(test.mock.calls.length).toBeGreaterThan(10)
  },

  'docs/guides/testing.md 6': async (snippet) => {
    const component = async () => {
      const { default: meta, Talking } = await runSnippet(snippet)
      const loaded = await (meta as { loaders: [() => Promise<unknown>] }).loaders[0]()
      return () => (Talking as Story).render({}, { loaded })
    }
    await runInPage(component, async ({ element, eventually }) => {
      await eventually(() => expect(element('p').textContent).toBe('Lunch?Pizza!'))
    })
  },

  'docs/guides/testing.md 7': async (snippet) => {
    const { chat } = await runSnippet(snippet)
    expect(chat).toMatchObject({ rooms: new Map([['general', { state: { status: 'live' } }]]) })
  },
}
