import { asUserId, type Report, type RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { actorOf, commitOne, newRoom, nextAt, nextMessageId, START_MS, say } from './contract-room'
import type { ContractContext } from './store-contract'

function reportOf(roomId: RoomId, number: number, messageId: Report['messageId']): Report {
  return {
    id: `report-${String(number).padStart(3, '0')}`,
    roomId,
    messageId,
    reporterId: asUserId('bob'),
    reason: `reason ${number}`,
    createdAt: new Date(START_MS + number * 1_000).toISOString(),
    resolvedAt: null,
    resolvedBy: null,
    resolution: null,
  }
}

export function moderationContract({ store }: ContractContext): void {
  describe('reports', () => {
    const list = (
      roomId: RoomId,
      query: { resolved: boolean; after?: string; limit?: number },
    ): Promise<readonly Report[]> => store().read((reader) => reader.reports(roomId, { limit: 10, ...query }))

    test('are read oldest first, in pages, of their room only', async () => {
      const [roomId, other] = [await newRoom(store()), await newRoom(store())]
      const messageId = await say(store(), roomId, 'ann', 'bad')
      const reports = [1, 2, 3].map((number) => reportOf(roomId, number, messageId))
      for (const report of reports) await store().putReport(report)
      await store().putReport(reportOf(other, 9, messageId))
      expect(await list(roomId, { resolved: false })).toEqual(reports)
      expect(await list(roomId, { resolved: false, limit: 2 })).toEqual(reports.slice(0, 2))
      expect(await list(roomId, { resolved: false, after: 'report-002' })).toEqual(reports.slice(2))
    })

    test('are replaced when put again: resolved ones leave the queue', async () => {
      const roomId = await newRoom(store())
      const report = reportOf(roomId, 1, await say(store(), roomId, 'ann', 'bad'))
      await store().putReport(report)
      const resolved = {
        ...report,
        resolvedAt: '2026-01-02T00:00:00.000Z',
        resolvedBy: asUserId('ann'),
        resolution: 'dismissed',
      }
      await store().putReport(resolved)
      expect(await list(roomId, { resolved: false })).toEqual([])
      expect(await list(roomId, { resolved: true })).toEqual([resolved])
    })
  })

  test('open reports of one user in one room, oldest first', async () => {
    const [roomId, other] = [await newRoom(store()), await newRoom(store())]
    const messageId = await say(store(), roomId, 'ann', 'bad')
    const reports = [1, 2, 3].map((number) => reportOf(roomId, number, messageId))
    for (const report of reports) await store().putReport(report)
    await store().putReport({ ...reportOf(roomId, 4, messageId), reporterId: asUserId('cid') })
    await store().putReport(reportOf(other, 5, messageId))
    const open = (limit = 10) =>
      store().read((reader) => reader.openReportsOf(roomId, asUserId('bob'), limit))
    expect(await open()).toEqual(reports)
    expect(await open(2)).toEqual(reports.slice(0, 2))
    const [first, ...rest] = reports
    if (first) await store().putReport({ ...first, resolvedAt: '2026-01-02T00:00:00.000Z' })
    expect(await open()).toEqual(rest)
  })

  describe('audit', () => {
    async function threeActs(): Promise<RoomId> {
      const roomId = await newRoom(store(), { roles: { ann: 'owner', bob: 'member' } })
      const base = { actor: actorOf('ann'), targetId: asUserId('bob') }
      await commitOne(store(), roomId, { kind: 'set-role', ...base, at: nextAt(), role: 'admin' })
      await commitOne(store(), roomId, {
        kind: 'ban',
        ...base,
        at: nextAt(),
        reason: 'spam',
        messageId: nextMessageId(),
      })
      await commitOne(store(), roomId, { kind: 'unban', ...base, at: nextAt() })
      return roomId
    }

    test('is read newest first, in pages, of its room only', async () => {
      const roomId = await threeActs()
      // The same acts at the same revs: ids of audit entries are unique within their room only.
      const other = await threeActs()
      const audit = await store().read((reader) => reader.audit(roomId, { limit: 10 }))
      expect(audit.map(({ action, targetId, reason }) => [action, targetId, reason])).toEqual([
        ['unban', 'bob', null],
        ['ban', 'bob', 'spam'],
        ['set-role', 'bob', 'admin'],
      ])
      expect(audit.every((entry) => entry.roomId === roomId && entry.actorId === 'ann')).toBe(true)
      const first = await store().read((reader) => reader.audit(roomId, { limit: 2 }))
      expect(first).toEqual(audit.slice(0, 2))
      const after = first[1]?.id ?? ''
      expect(await store().read((reader) => reader.audit(roomId, { limit: 2, after }))).toEqual(
        audit.slice(2),
      )
      expect(await store().read((reader) => reader.audit(other, { limit: 10 }))).toHaveLength(3)
    })
  })
}

export function sessionsContract({ store }: ContractContext): void {
  describe('sessions', () => {
    test('are revoked one by one, and stay revoked', async () => {
      const tomorrow = Date.now() + 86_400_000
      await store().revokeSession('session-1', tomorrow)
      await store().revokeSession('session-1', tomorrow)
      expect(await store().isSessionRevoked('session-1')).toBe(true)
      expect(await store().isSessionRevoked('session-2')).toBe(false)
      expect(await store().isSessionRevoked('__proto__')).toBe(false)
      // By an older token of the same session, later: the longer time stays.
      await store().revokeSession('session-1', Date.now() - 1)
      await store().revokeSession('session-3', tomorrow)
      expect(await store().isSessionRevoked('session-1')).toBe(true)
      expect(await store().revokedSessions(['session-1', 'session-2', 'session-3'])).toEqual([
        'session-1',
        'session-3',
      ])
    })
  })

  test('all sessions of a user are ended at a time, and the latest stays', async () => {
    const until = Date.now() + 86_400_000
    const [ann, bob] = [asUserId('ann'), asUserId('bob')]
    await store().endSessions(ann, 5_000, until)
    await store().endSessions(ann, 3_000, until)
    expect(await store().sessionsEnded([ann, bob])).toEqual(new Map([[ann, 5_000]]))
    await store().endSessions(ann, 8_000, until)
    await store().endSessions(bob, 1_000, until)
    expect(await store().sessionsEnded([ann, bob])).toEqual(
      new Map([
        [ann, 8_000],
        [bob, 1_000],
      ]),
    )
    expect(await store().sessionsEnded([])).toEqual(new Map())
  })

  test('revoked sessions among a thousand', async () => {
    const tomorrow = Date.now() + 86_400_000
    await store().revokeSession('session-7', tomorrow)
    await store().revokeSession('it\'s "one"', tomorrow)
    const sids = Array.from({ length: 1_000 }, (_, index) => `session-${index}`)
    const found = await store().revokedSessions([...sids, 'it\'s "one"', '__proto__'])
    expect([...found].sort()).toEqual(['it\'s "one"', 'session-7'])
    expect(await store().revokedSessions([])).toEqual([])
  })

  test('ping answers, again and again, when it has written and read', async () => {
    await expect(store().ping()).resolves.toBeUndefined()
    await expect(store().ping()).resolves.toBeUndefined()
  })
}
