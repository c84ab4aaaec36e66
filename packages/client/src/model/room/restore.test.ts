import { asClientId, asUserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { type Entry, READY } from '../outbox/entry'
import { allEntries } from '../outbox/entry-list'
import { sampleRow } from '../rows/timeline/sample-rows'
import { onEntriesAdopted } from './restore'
import { newRoom } from './room-model'

const base = { state: READY, attempts: 1, mayHaveBeenEmitted: true } as const
const [sent, changed, answer] = ['sent-0001', 'changed-0001', 'answer-0001'].map(asClientId)

test('what waits for a send that is confirmed here already is about that message (seed 148594)', () => {
  if (!sent || !changed || !answer) throw new Error('three ids')
  const row = { ...sampleRow(1, 1), senderId: asUserId('ada'), clientId: sent }
  const options = { me: 'ada', connection: 'down', windowSize: 200, hasStore: true } as const
  const room = newRoom('general', options)
  const model = { ...room, rows: { ...room.rows, pastTail: [row] } }
  const written = { createdAt: '2026-01-01T00:00:00.000Z', wantedAt: 0, serverAt: null }
  const left: Entry[] = [
    { ...base, kind: 'send', id: sent, order: 1, content: 'first', replyTo: null, ...written },
    { ...base, kind: 'edit', id: changed, order: 2, content: 'changed', target: { clientId: sent } },
    { ...base, kind: 'send', id: answer, order: 3, content: 'so?', replyTo: { clientId: sent }, ...written },
  ]
  expect(allEntries(onEntriesAdopted(model, left).outbox.entries)).toMatchObject([
    { id: changed, target: { id: row.id } },
    { id: answer, replyTo: { id: row.id } },
  ])
})
