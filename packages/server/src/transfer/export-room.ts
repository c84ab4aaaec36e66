import { asUserId, type Member, type RoomId } from '@roomful/protocol'
import { toWire } from '../core/stored-message'
import type { Store } from '../stores/port'
import type { ExportedRow } from './exported-row'

const PAGE = 500

/** Every row of a kept room, messages after `afterSeq`. Nothing for an unknown id. */
export async function* exportRoom(store: Store, roomId: RoomId, afterSeq = 0): AsyncGenerator<ExportedRow> {
  const nobody = asUserId('nobody')
  const [found] = await store.read((reader) => reader.memberships(nobody, [roomId]))
  if (!found) return
  if (afterSeq === 0) {
    yield { kind: 'room', room: found.room }
    for await (const member of membersOf(store, roomId)) yield { kind: 'member', member }
  }
  for (let from = afterSeq + 1; ; ) {
    const query = { roomId, fromSeq: from, includeDeleted: true, take: 'oldest', limit: PAGE } as const
    const rows = await store.read((reader) => reader.messages(query))
    for (const row of rows) yield { kind: 'message', message: toWire(row) }
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return
    from = last.seq + 1
  }
}

async function* membersOf(store: Store, roomId: RoomId): AsyncGenerator<Member> {
  for (let after: Member['userId'] | undefined; ; ) {
    // Including users who left or were banned: an import must not let them back in.
    const query = { limit: PAGE, afterRev: 0, ...(after === undefined ? {} : { after }) }
    const page = await store.read((reader) => reader.members(roomId, query))
    yield* page
    after = page.at(-1)?.userId
    if (page.length < PAGE || after === undefined) return
  }
}
