import { open } from 'node:fs/promises'
import type { Chat } from '@roomful/client'
import type { ExportedRow } from '@roomful/server'
import { onDatabase } from '../database-failure'
import { CliError, EXIT, toCliError } from '../failure'
import { type Io, interruptCode, write } from '../io'
import { showProgress } from '../progress'
import type { RoomId } from '../room-id'
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
  readonly join?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

type Take = (row: ExportedRow) => Promise<void>
/** `lastSeq`: where it will end, as far as that is known. */
type Source = {
  readonly room: RoomId
  readonly since: number
  readonly head: (lastSeq: number) => void
  readonly take: Take
}
const PAGE = 200
/** Characters of one write: a write for each row would be most of the time. */
const AT_ONCE = 64 * 1024

/** Writes all rows of a room, one JSON object a line: the room, its members, its messages with their tombstones. */
export async function exportCommand(io: Io, options: ExportOptions): Promise<number> {
  const { room, output } = options
  const end = output === undefined ? undefined : await endOfExport(output, room)
  const file = output === undefined ? undefined : await open(output, 'a', 0o600)
  const progress = showProgress(io, { ...options, what: 'messages exported' })
  let lastSeq = 0
  let lines = ''
  let isCut = false
  /** What goes before is cut off when there is something to go on with: until then the file stays as it was. */
  const cut = async (): Promise<void> => {
    if (!isCut) await file?.truncate(end?.bytes)
    isCut = true
  }
  const flush = async (): Promise<void> => {
    const text = lines
    lines = ''
    if (text === '') return
    await cut()
    await (file ? file.appendFile(text) : write(io.stdout, text))
  }
  const take: Take = async (row) => {
    lines += `${visibleJson(row)}\n`
    if (lines.length >= AT_ONCE) await flush()
    if (row.kind !== 'message') return
    if (lastSeq > 0) progress.reached(row.message.seq / lastSeq)
    progress.add(1)
  }
  const head = (seq: number): void => {
    lastSeq = seq
  }
  try {
    // What has come is kept, also when the connection has broken.
    await eachRow(io, options, { room, since: end?.since ?? options.since ?? 0, head, take }).finally(flush)
    if (!io.signal.aborted) await cut()
    await file?.sync()
  } finally {
    progress.end()
    await file?.close()
  }
  if (output !== undefined)
    await write(io.stdout, `${progress.count} messages of ${room} written to ${output}\n`)
  return io.signal.aborted ? interruptCode(io.signal) : EXIT.ok
}

async function eachRow(io: Io, options: ExportOptions, source: Source): Promise<void> {
  const { database, databaseUrlFile, databaseSchema, join } = options
  if (database === undefined && databaseUrlFile === undefined)
    return withChat(io, options, async (chat) => {
      try {
        if (join) await chat.joinRoom(options.room, { signal: io.signal })
        await fromServer(io, chat, source)
      } catch (error) {
        // What has come by then is written.
        if (!io.signal.aborted || toCliError(error).code !== 'ABORTED') throw error
      }
    })
  const { databaseFrom } = await import('../setting')
  // Only the typed flags: a shell that has a variable for its server's database still exports from the server.
  const named = databaseFrom({ ...io, env: {} }, { database, databaseUrlFile, databaseSchema })
  if (named !== undefined) await onDatabase(() => fromDatabase(io, named, source))
}

async function fromDatabase(io: Io, database: string, { room, since, head, take }: Source): Promise<void> {
  const { exportRoom, openStore } = await import('@roomful/server')
  const store = await openStore(database)
  try {
    const heads = await store.read((reader) => reader.heads([room]))
    head(heads.get(room)?.lastSeq ?? 0)
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
async function fromServer({ signal }: Io, chat: Chat, source: Source): Promise<void> {
  const { room: roomId, since, take } = source
  const head = await chat.request('fetch-history', { roomId, limit: 1 }, { signal })
  source.head(head.lastSeq)
  if (since === 0) {
    const { list = [] } = await chat.request('sync', { rooms: {}, list: true }, { signal })
    const room = list.find((item) => item.room.id === roomId)?.room
    if (!room) throw new CliError('ROOM_NOT_FOUND', `${roomId} is not among your rooms`)
    await take({ kind: 'room', room })
    for (let after: string | undefined; ; ) {
      const query = after === undefined ? { roomId } : { roomId, after }
      const { members, next } = await chat.request('fetch-members', query, { signal })
      for (const member of members) await take({ kind: 'member', member })
      if (next === undefined) break
      after = next
    }
  }
  for (let afterSeq = since; afterSeq < head.lastSeq && !signal.aborted; ) {
    const query = { roomId, afterSeq, limit: PAGE, includeDeleted: true }
    const { messages, toSeq } = await chat.request('fetch-history', query, { signal })
    for (const message of messages) if (message.seq <= head.lastSeq) await take({ kind: 'message', message })
    if (toSeq <= afterSeq) break
    afterSeq = toSeq
  }
}
