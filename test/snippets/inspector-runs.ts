import type { Chat } from '@roomful/client'
import { createTestClient, createTestServer } from '@roomful/testing/node'
import { expect, vi } from 'vitest'
import type { Snippet } from './find-snippets'
import { runInPage } from './run-in-page'
import { runSnippet } from './run-snippet'

/** The snippets of the page about the inspector. */
export const INSPECTOR_RUNS: Readonly<Record<string, (snippet: Snippet) => Promise<void>>> = {
  'docs/guides/inspector.md 1': async (snippet) => {
    await using server = await createTestServer()
    await using chat = await createTestClient(server, 'ada')
    await chat.room('general').open()
    const log = vi.fn()
    await runSnippet(snippet, { yours: { chat, console: { log } } })
    expect(log).toHaveBeenCalledWith([expect.objectContaining({ id: 'general', subscription: 'synced' })])
  },

  'docs/guides/inspector.md 2': async (snippet) => {
    await using server = await createTestServer()
    await using chat = await createTestClient(server, 'ada')
    const Messages = () => null
    const component = async () => (await runSnippet(snippet, { yours: { chat, Messages } })).App
    await runInPage(component, async ({ element, click, eventually }) => {
      click('.rdt-button')
      await eventually(() => expect(element('.rdt-panel dl').textContent).toContain('online'))
    })
  },

  'docs/guides/inspector.md 3': async (snippet) => {
    await using server = await createTestServer()
    await using chat = await createTestClient(server, 'ada')
    const { text } = await runSnippet(snippet, { yours: { chat } })
    expect(JSON.parse(String(text))).toMatchObject({ format: 'roomful-trace', version: 1, payloads: false })
  },

  'docs/guides/inspector.md 4': async (snippet) => {
    await using server = await createTestServer()
    const auth = () => server.token('ada')
    const { chat, faults } = await runSnippet(snippet, { yours: { url: server.url, auth } })
    const ada = chat as Chat
    await using _ = ada
    await ada.room('general').open()
    expect(faults).toMatchObject({ getState: expect.any(Function) })
    await ada.room('general').send('through a good network again')
  },
}
