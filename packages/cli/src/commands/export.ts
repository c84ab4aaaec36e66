import { open } from 'node:fs/promises'
import type { Chat } from '@roomful/client'
import { type ExportedRow, exportRoom, openStore } from '@roomful/server'
import { CliError, EXIT } from '../failure'
import { type Io, write } from '../io'
import { showProgress } from '../progress'
import type { RoomId } from '../room-id'
import { databaseFrom } from '../setting'
import { endOfExport } from '../transfer-file'
import { visibleJson } from '../visible'
import { type ConnectOptions, withChat } from '../with-chat'

type ExportOptions = ConnectOptions & {
  readonly room: RoomId
  /** Continues after this seq, with messages only. */
  readonly since?: number
  /** A file to create, or to continue at its end. Absent: standard output. */
  readonly output?: string
  /** Read this database instead of a server. */
  readonly database?: string
  readonly databaseUrlFile?: string
  readonly databaseSchema?: string
}

type Take = (row: ExportedRow) => Promise<void>
const PAGE = 200

/** Writes all rows of a room, one JSON object a line: the room, its members, its messages with their tombstones. */
export async function exportCommand(io: Io, options: ExportOptions): Promise<number> {
  const { room, output } = options
  const since = output === undefined ? options.since : await endOfExport(output, room)
  const file = output === undefined ? undefined : await open(output, 'a', 0o600)
  const progress = showProgress(io, 'exported')
  try {
    await eachRow(io, options, since ?? 0, async (row) => {
      const line = `${visibleJson(row)}\n`
      await (file ? file.write(line) : write(io.stdout, line))
      if (row.kind === 'message') progress.add(1)
    })
    await file?.sync()
  } finally {
    progress.end()
    await file?.close()
  }
  if (output !== undefined)
    await write(io.stdout, `${progress.count} messages of ${room} written to ${output}\n`)
  return io.signal.aborted ? EXIT.interrupted : EXIT.ok
}

function eachRow(io: Io, options: ExportOptions, since: number, take: Take): Promise<void> {
  const { room, databaseUrlFile, databaseSchema } = options
  // Only the typed flags: a shell that has a variable for its server's database still exports from the server.
  const flags = { database: options.database, databaseUrlFile, databaseSchema }
  const database = databaseFrom({ ...io, env: {} }, flags)
  if (database !== undefined) return fromDatabase(io, database, room, since, take)
  return withChat(io, options, (chat) => fromServer(io, chat, room, since, take))
}

async function fromDatabase(
  io: Io,
  database: string,
  room: RoomId,
  since: number,
  take: Take,
): Promise<void> {
  const store = await openStore(database)
  try {
    let isThere = since > 0
    for await (const row of exportRoom(store, room, since)) {
      if (io.signal.aborted) return
      isThere = true
      await take(row)
    }
    if (!isThere) throw new CliError('ROOM_NOT_FOUND', `there is no room ${room} in this database`)
  } finally {
    await store.close()
  }
}

/** What a member sees, from their own first message on, up to the head as it is at the start. */
async function fromServer(io: Io, chat: Chat, roomId: RoomId, since: number, take: Take): Promise<void> {
  const head = await chat.request('fetch-history', { roomId, limit: 1 })
  if (since === 0) {
    const { list = [] } = await chat.request('sync', { rooms: {}, list: true })
    const room = list.find((item) => item.room.id === roomId)?.room
    if (!room) throw new CliError('ROOM_NOT_FOUND', `${roomId} is not among your rooms`)
    await take({ kind: 'room', room })
    for (let after: string | undefined; ; ) {
      const query = after === undefined ? { roomId } : { roomId, after }
      const { members, next } = await chat.request('fetch-members', query)
      for (const member of members) await take({ kind: 'member', member })
      if (next === undefined) break
      after = next
    }
  }
  for (let afterSeq = since; afterSeq < head.lastSeq && !io.signal.aborted; ) {
    const query = { roomId, afterSeq, limit: PAGE, includeDeleted: true }
    const { messages, toSeq } = await chat.request('fetch-history', query)
    for (const message of messages) if (message.seq <= head.lastSeq) await take({ kind: 'message', message })
    if (toSeq <= afterSeq) break
    afterSeq = toSeq
  }
}
