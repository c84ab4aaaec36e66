import { spawnSync } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { readRoom } from '@roomful/testing'
import { createTestClient, createTestServer } from '@roomful/testing/node'
import { expect, test } from 'vitest'
import { roomful, temporaryFolder } from './roomful-command'

const FOLDER = 'examples/moving'

const STREAM = [`${FOLDER}/samples/stream.json`, 'messaging:general']
const SENDBIRD = ['channel', 'messages'].map((name) => `${FOLDER}/samples/sendbird-${name}.json`)

/** Runs a converter as its guide says. */
function converted(script: string, args: readonly string[], stdin?: string): Buffer {
  const input = stdin === undefined ? 'ignore' : openSync(join(FOLDER, stdin), 'r')
  const { stdout, stderr, status } = spawnSync(process.execPath, [`${FOLDER}/${script}`, ...args], {
    stdio: [input, 'pipe', 'pipe'],
  })
  expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' })
  return stdout
}

/** Converts, and imports what comes out. */
async function moved(folder: string, ...conversion: Parameters<typeof converted>): Promise<string> {
  const stdin = converted(...conversion)
  const database = `sqlite:${folder}/roomful.db`
  for (const again of ['', 'again: nothing is doubled']) {
    const imported = await roomful(['import', '--database', database, '--quiet'], { stdin })
    expect({ again, code: imported.code, stderr: imported.stderr }).toEqual({ again, code: 0, stderr: '' })
  }
  return database
}

/** The room as one of its people reads it. */
async function read(database: string, user: string, roomId: string) {
  await using server = await createTestServer({ database, defaultRooms: [] })
  await using chat = await createTestClient(server, user)
  const { messages } = await readRoom(chat, roomId)
  return messages.map(({ senderName, content, createdAt, deleted, type, replyTo, reactions }) => ({
    ...{ at: createdAt.slice(11, 19), senderName, content, deleted, type },
    replied: replyTo !== null,
    reactions: reactions.map(({ emoji, count }) => `${emoji} ${count}`),
  }))
}

const row = { deleted: false, type: 'text', replied: false, reactions: [] }

test('a Stream channel: names, times, replies, reactions and tombstones', async () => {
  using folder = temporaryFolder()
  const database = await moved(folder.path, 'from-stream.mjs', STREAM)
  expect(await read(database, 'ben', 'general')).toEqual([
    { ...row, at: '08:17:49', senderName: 'Ann', content: 'hello', reactions: ['❤️ 1'] },
    { ...row, at: '08:18:49', senderName: 'Ben', content: '', deleted: true },
    {
      ...{ ...row, at: '08:19:49', senderName: 'Cleo', type: 'reply', replied: true },
      content: 'hi\nhttps://example.com/cat.png',
    },
  ])
})

test('a Sendbird channel: milliseconds, files by their address, and no operator messages', async () => {
  using folder = temporaryFolder()
  const database = await moved(folder.path, 'from-sendbird.mjs', SENDBIRD)
  expect(await read(database, 'ann', 'sendbird_group_channel_1_0f3a')).toEqual([
    { ...row, at: '08:17:49', senderName: 'Ann', content: 'hello', reactions: ['👍 1'] },
    {
      ...{ ...row, at: '08:18:49', senderName: 'Ben', type: 'reply', replied: true },
      content: 'https://example.com/cat.png',
    },
    {
      ...{ ...row, at: '08:19:49', senderName: 'Ann' },
      content: 'two more\nhttps://example.com/dog.png\nhttps://example.com/cow.png',
    },
  ])
})

test.each([
  ['from-stream.mjs', STREAM],
  ['from-sendbird.mjs', SENDBIRD],
])('%s: an invitation that nobody accepted makes no member', (script, args) => {
  const members = [
    ...converted(script, args)
      .toString()
      .matchAll(/"kind":"member".*?"userId":"(\w+)"/g),
  ]
  expect(members.map(({ 1: userId }) => userId)).toEqual(['ann', 'ben'])
})

test('rows of a chat of one’s own, in any order', async () => {
  using folder = temporaryFolder()
  const database = await moved(folder.path, 'from-rows.mjs', ['general', 'General'], 'samples/rows.ndjson')
  expect(await read(database, '7', 'general')).toEqual([
    { ...row, at: '08:17:49', senderName: 'Ann', content: 'hello' },
    { ...row, at: '08:18:49', senderName: 'Ben', content: 'hi' },
  ])
})
