import { expect, test } from 'vitest'
import { type AuditedRow, auditSends, auditShown, hashOf, type SendRecord } from './audit'

const row = (seq: number, clientId: string, part: Partial<AuditedRow> = {}): AuditedRow => ({
  ...{ seq, id: `id-${seq}`, clientId, senderId: 'anna', content: `text ${clientId}` },
  ...{ editedAt: null, deleted: false, ...part },
})
const sent = (clientId: string, part: Partial<SendRecord> = {}): SendRecord => ({
  ...{ clientId, isAcked: true, isKept: true, ...part },
})

test('what arrived once and in order is right', () => {
  const server = [row(1, 'a'), row(2, 'theirs', { senderId: 'ben' }), row(3, 'b')]
  expect(auditSends([sent('a'), sent('b')], server, 'anna', true)).toEqual({
    lost: 0,
    doubled: 0,
    outOfOrder: 0,
  })
  expect(auditShown(server)).toEqual({ doubled: 0, outOfOrder: 0 })
})

test('a confirmed message that the server has not is lost', () => {
  expect(auditSends([sent('a'), sent('b')], [row(1, 'a')], 'anna', false).lost).toBe(1)
})

test('one that waits is not lost, until the end; one that was never on the disk was not promised', () => {
  const waiting = sent('a', { isAcked: false })
  expect(auditSends([waiting], [], 'anna', false).lost).toBe(0)
  expect(auditSends([waiting], [], 'anna', true).lost).toBe(1)
  expect(auditSends([sent('a', { isAcked: false, isKept: false })], [], 'anna', true).lost).toBe(0)
})

test('a message that the server has twice is doubled, and so is one that is shown twice', () => {
  const twice = [row(1, 'a'), row(2, 'a')]
  expect(auditSends([sent('a')], twice, 'anna', true).doubled).toBe(1)
  expect(auditShown(twice).doubled).toBe(1)
  // Confirmed, and still shown as waiting.
  expect(auditShown([row(1, 'a'), row(0, 'a', { id: 'a' })]).doubled).toBe(1)
})

test('messages that stand in another order than they were sent in are out of order', () => {
  expect(auditSends([sent('a'), sent('b')], [row(1, 'b'), row(2, 'a')], 'anna', true).outOfOrder).toBe(1)
  expect(auditShown([row(2, 'b'), row(1, 'a')]).outOfOrder).toBe(1)
})

test('the hash tells texts, places, edits and deletes apart', () => {
  const rows = [row(1, 'a'), row(2, 'b')]
  const others = [
    [row(1, 'a')],
    [row(1, 'a'), row(2, 'b', { content: 'other' })],
    [row(1, 'a'), row(3, 'b')],
    [row(1, 'a'), row(2, 'b', { deleted: true })],
    [row(1, 'a'), row(2, 'b', { editedAt: '2026-01-01T00:00:00.000Z' })],
  ]
  const hashes = [rows, ...others].map(hashOf)
  expect(new Set(hashes).size).toBe(hashes.length)
  expect(hashOf([row(1, 'a'), row(2, 'b')])).toBe(hashOf(rows))
  expect(hashOf(rows)).toMatch(/^[0-9a-f]{8}$/)
})
