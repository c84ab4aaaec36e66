import { readRoom } from '@roomful/testing'
import { createTestClient, createTestServer } from '@roomful/testing/node'
import { expect, vi } from 'vitest'
import { PNG } from '../../packages/server/src/files/file-samples'
import { temporaryFolder } from '../integration/roomful-command'
import type { Snippet } from './find-snippets'
import { runSnippet } from './run-snippet'

/** Of docs/guides/files.md. */
export const FILE_RUNS: Readonly<Record<string, (snippet: Snippet) => Promise<void>>> = {
  'docs/guides/files.md 1': async (snippet) => {
    using folder = temporaryFolder()
    await using server = await createTestServer({ files: folder.path })
    await using chat = await createTestClient(server, 'ada')
    const room = chat.room('general')
    await room.open()
    await runSnippet(snippet, { yours: { room, show: vi.fn() } })
    expect(room.messages().at(-1)).toMatchObject({
      ...{ type: 'file', content: 'The figures', status: 'sent' },
      metadata: { name: 'table.csv', size: 3, fileId: expect.stringMatching(/^[0-9a-f]{64}-/) },
    })
  },
  'docs/guides/files.md 2': async (snippet) => {
    using folder = temporaryFolder()
    await using server = await createTestServer({ files: folder.path })
    await using chat = await createTestClient(server, 'ada')
    const body = new Uint8Array(PNG)
    const headers = { authorization: `Bearer ${await server.token('ada')}` }
    const upload = await fetch(`${server.url}/files`, { method: 'POST', body, headers })
    const { file } = await upload.json()
    await runSnippet(snippet, { yours: { room: chat.room('general'), fileId: file.id } })
    await chat.flush()
    const { messages } = await readRoom(chat, 'general')
    expect(messages.map(({ content }) => content)).toEqual(['A cat on a keyboard'])
  },
}
