import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { roomful } from './roomful-command'

let server: TestServer
beforeAll(async () => {
  server = await createTestServer({ defaultRooms: [] })
})
afterAll(() => server.close())

/** A room of ann's with bob in it, and what `roomful moderate` says as one of the two. */
async function moderated() {
  await using ann = await createTestClient(server, { id: 'ann', name: 'Ann' })
  await using bob = await createTestClient(server, { id: 'bob', name: 'Bob' })
  const { id: room } = await ann.createRoom({ name: 'Den', type: 'public' })
  const bobs = await bob.joinRoom(room)
  await bobs.send('a bad word')
  const bad = await bobs.send('buy now \u001b[2J')
  await ann.request('report-message', { messageId: bad.id, reason: 'advertising' })
  const tokens = { ann: await server.token('ann'), bob: await server.token('bob') }
  const as = (who: 'ann' | 'bob') => (words: readonly string[]) =>
    roomful(['moderate', ...words, '--url', server.url, '--token', tokens[who]])
  return { room, bad, ann: as('ann'), bob: as('bob') }
}

const jsonOf = ({ stdout }: { stdout: Buffer }) =>
  stdout
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

test('a report is listed, shown, resolved, and its message deleted by its seq', async () => {
  const { room, bad, ann } = await moderated()
  const listed = await ann(['reports', room])
  expect(listed.stdout.toString()).toMatch(
    /^ROOM +REPORT +AT +FROM +MESSAGE +REASON\n.* ann +\S+ +advertising\n$/,
  )
  const [report] = jsonOf(await ann(['reports', room, '--json']))
  const shown = (await ann(['show', room, report.id])).stdout.toString()
  expect(shown).toMatch(/^ann at .*: advertising\n/)
  expect(shown).toContain('Bob (bob): a bad word\n')
  // What a user wrote does nothing to the terminal.
  expect(shown).not.toContain('\u001b')
  expect((await ann(['delete', room, String(bad.seq)])).stdout.toString()).toBe(
    `Deleted message ${bad.seq} of ${room}\n`,
  )
  expect((await ann(['resolve', room, report.id, 'deleted'])).code).toBe(0)
  expect(jsonOf(await ann(['reports', room, '--json']))).toEqual([])
  expect(jsonOf(await ann(['reports', room, '--resolved', '--json']))).toMatchObject([
    { id: report.id, resolution: 'deleted', resolvedBy: 'ann' },
  ])
})

test('a member is muted for a time, kicked and banned with a reason, and let in again; the audit log has it', async () => {
  const { room, ann, bob } = await moderated()
  const muted = jsonOf(await ann(['mute', room, 'bob', '--for', '2h', '--json']))[0]
  const left = Date.parse(muted.mutedUntil) - Date.now()
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThanOrEqual(2 * 3_600_000)
  expect(jsonOf(await ann(['unmute', room, 'bob', '--json']))[0].mutedUntil).toBeUndefined()
  for (const [act, removed] of [
    ['kick', 'kicked'],
    ['ban', 'banned'],
  ] as const)
    expect(jsonOf(await ann([act, room, 'bob', '--reason', `${act} it`, '--json']))).toMatchObject([
      { removed },
    ])
  expect((await ann(['unban', room, 'bob'])).stdout.toString()).toBe(`No longer banned: bob in ${room}\n`)
  const audit = jsonOf(await ann(['audit', room, '--json']))
  expect(audit.map(({ reason }) => reason).filter((reason) => reason !== null)).toEqual(['ban it', 'kick it'])
  expect(jsonOf(await ann(['audit', room, '--last', '1', '--json']))).toHaveLength(1)
  const refused = await bob(['ban', room, 'ann'])
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^roomful: \w+: /) })
})

test('a server admin sees the reports of all rooms, and a wrong resolution is told apart', async () => {
  const { room } = await moderated()
  const token = await server.token({ id: 'root', admin: true })
  const { stdout } = await roomful(['moderate', 'reports', '--json', '--url', server.url, '--token', token])
  expect(stdout.toString()).toContain(room)
  const wrong = await roomful([
    'moderate',
    'resolve',
    room,
    'x',
    'maybe',
    '--url',
    server.url,
    '--token',
    token,
  ])
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/dismissed, deleted, kicked/) })
})
