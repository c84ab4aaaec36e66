import { expect, test } from 'vitest'
import * as changes from './room-changes'

type ShownRow = changes.ShownRow & { readonly grows?: boolean }
const changesBetween = (before: readonly ShownRow[], after: readonly ShownRow[]) =>
  changes.changesBetween(before, after, ({ grows = false }) => grows)

const row = (seq: number, more: Partial<ShownRow> = {}): ShownRow => ({
  seq,
  content: `m${seq}`,
  editedAt: null,
  deleted: false,
  reactions: [],
  ...more,
})
const thumbs = (count: number, ...users: string[]) => ({ reactions: [{ emoji: '👍', count, users }] })

test('messages that come, leave the window or wait to be sent are no change', () => {
  const [a, b, c] = [row(1), row(2), row(3)]
  expect(changesBetween([a, b], [b, c, row(0)])).toEqual([])
  expect(changesBetween([a, row(0)], [a, c])).toEqual([])
})

test('an edit, a delete, and nothing more of what is deleted', () => {
  const [a, b] = [row(1), row(2)]
  const edited = row(1, { content: 'new', editedAt: '2026-01-01T00:00:00.000Z' })
  const gone = row(2, { content: '', deleted: true })
  expect(changesBetween([a, b], [edited, gone])).toEqual([
    { kind: 'edit', message: edited, before: a },
    { kind: 'delete', message: gone, before: b },
  ])
  expect(changesBetween([gone], [{ ...gone }])).toEqual([])
})

test('what a message grows by is no edit, nor is its end', () => {
  const [begun, grown, ended] = [
    row(1, { content: '', grows: true }),
    row(1, { content: 'It', grows: true }),
    row(1, { content: 'It ends' }),
  ]
  const kindOf = (from: ShownRow, to: ShownRow) => changesBetween([from], [to]).map(({ kind }) => kind)
  expect([kindOf(begun, grown), kindOf(grown, ended)]).toEqual([['growth'], ['growth']])
  expect(kindOf(ended, row(1, { content: 'It ended' }))).toEqual(['edit'])
})

test('reactions say who, and what became of it', () => {
  const [before, after] = [row(1, thumbs(1, 'ann')), row(1, thumbs(1, 'bob'))]
  expect(changesBetween([before], [after]).map((change) => ({ ...change, message: 0 }))).toEqual([
    { kind: 'reaction', message: 0, emoji: '👍', op: 'remove', userId: 'ann' },
    { kind: 'reaction', message: 0, emoji: '👍', op: 'add', userId: 'bob' },
  ])
})

test('of many, the one who moves up into the list did not react just now', () => {
  const [before, after] = [row(1, thumbs(3, 'ann', 'bob')), row(1, thumbs(2, 'bob', 'cid'))]
  expect(changesBetween([before], [after]).map((change) => ({ ...change, message: 0 }))).toEqual([
    { kind: 'reaction', message: 0, emoji: '👍', op: 'remove', userId: 'ann' },
  ])
  const more = row(1, thumbs(5, 'ann', 'bob'))
  expect(changesBetween([before], [more])).toHaveLength(2)
})
