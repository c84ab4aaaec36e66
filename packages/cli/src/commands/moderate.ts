import type { Chat } from '@roomful/client'
import { coloursOf } from '../colours'
import { CliError, EXIT } from '../failure'
import { type Io, write } from '../io'
import { messageIdOf } from '../message-id'
import type { RoomId } from '../room-id'
import { showTable } from '../show-table'
import { visibleJson, visibleLine } from '../visible'
import { askChat, type ConnectOptions } from '../with-chat'

type Options = ConnectOptions & { readonly json?: boolean }
type Report = Awaited<ReturnType<typeof reportsOf>>[number]

/** What is done to a member of a room. `seconds`: for how long. */
export type MemberAct =
  | { readonly kind: 'kick' | 'ban'; readonly reason?: string }
  | { readonly kind: 'mute'; readonly seconds: number }
  | { readonly kind: 'unban' | 'unmute' }

const RESOLUTIONS = ['dismissed', 'deleted', 'kicked', 'banned', 'other'] as const
type Resolution = (typeof RESOLUTIONS)[number]
const isResolution = (typed: string): typed is Resolution => RESOLUTIONS.some((one) => one === typed)

/** Most entries of one answer of the server. */
const PAGE = 100

export function listReports(
  io: Io,
  { room, resolved = false, ...options }: Options & { readonly room?: RoomId; readonly resolved?: boolean },
): Promise<number> {
  return askChat(io, options, async (chat) => {
    const rooms = room === undefined ? await reportedRooms(chat) : [room]
    const rows: Report[] = []
    for (const id of rooms) rows.push(...(await reportsOf(chat, id, resolved)))
    const lines = rows.map((one) => [
      ...[one.roomId, one.id, one.createdAt, one.reporterId, one.messageId],
      one.resolution === null ? one.reason : `${one.resolution} by ${one.resolvedBy}: ${one.reason}`,
    ])
    const head = ['ROOM', 'REPORT', 'AT', 'FROM', 'MESSAGE', 'REASON']
    if (options.json) await write(io.stdout, jsonLines(rows))
    else await showTable(io, head, lines, 'No reports.')
    return EXIT.ok
  })
}

export function showReport(io: Io, roomId: RoomId, reportId: string, options: Options): Promise<number> {
  return askChat(io, options, async (chat) => {
    const { report, messages } = await chat.request('fetch-report', { roomId, reportId })
    const colours = coloursOf(io)
    const lines = messages.map(({ id, seq, senderName, senderId, content, deleted }) => {
      const text = deleted ? colours.dim('(deleted)') : visibleLine(content)
      const line = `${seq} ${visibleLine(senderName)} (${visibleLine(senderId)}): ${text}\n`
      return id === report.messageId ? colours.bold(line) : line
    })
    const why = `${visibleLine(report.reporterId)} at ${report.createdAt}: ${visibleLine(report.reason)}\n`
    await write(io.stdout, options.json ? jsonLines([{ report, messages }]) : [why, ...lines].join(''))
    return EXIT.ok
  })
}

export function resolveReport(
  io: Io,
  roomId: RoomId,
  reportId: string,
  resolution: string,
  options: Options,
): Promise<number> {
  if (!isResolution(resolution))
    throw new CliError(
      'USAGE',
      `"${resolution}" is no resolution`,
      `one of ${RESOLUTIONS.join(', ')}`,
      EXIT.usage,
    )
  return askChat(io, options, async (chat) => {
    const { report } = await chat.request('resolve-report', { roomId, reportId, resolution })
    return said(io, options, report, `${report.id}: ${resolution}`)
  })
}

export function deleteMessage(io: Io, roomId: RoomId, typed: string, options: Options): Promise<number> {
  return askChat(io, options, async (chat) => {
    const messageId = await messageIdOf(chat, roomId, typed)
    const { message } = await chat.request('delete-message', { roomId, messageId })
    return said(io, options, message, `Deleted message ${message.seq} of ${roomId}`)
  })
}

export function moderateMember(
  io: Io,
  roomId: RoomId,
  userId: string,
  act: MemberAct,
  options: Options,
): Promise<number> {
  return askChat(io, options, async (chat) => {
    const { member } = await requestOf(chat, roomId, userId, act)
    return said(io, options, member, `${DONE[act.kind]} ${userId} in ${roomId}${untilOf(member.mutedUntil)}`)
  })
}

const DONE: Readonly<Record<MemberAct['kind'], string>> = {
  kick: 'Kicked',
  ban: 'Banned',
  unban: 'No longer banned:',
  mute: 'Muted',
  unmute: 'No longer muted:',
}

const untilOf = (until: string | undefined): string => (until === undefined ? '' : ` until ${until}`)

/** The server has no bans and kicks for a time: a mute has one. */
function requestOf(chat: Chat, roomId: RoomId, userId: string, act: MemberAct) {
  switch (act.kind) {
    case 'kick':
    case 'ban': {
      const reason = act.reason === undefined ? {} : { reason: act.reason }
      return chat.request(act.kind === 'ban' ? 'ban-member' : 'remove-member', { roomId, userId, ...reason })
    }
    case 'unban':
      return chat.request('unban-member', { roomId, userId })
    case 'mute': {
      const until = new Date(Date.now() + act.seconds * 1_000).toISOString()
      return chat.request('mute-member', { roomId, userId, until })
    }
    case 'unmute':
      return chat.request('mute-member', { roomId, userId, until: null })
  }
}

export function showAudit(
  io: Io,
  roomId: RoomId,
  options: Options & { readonly last: number },
): Promise<number> {
  return askChat(io, options, async (chat) => {
    const entries = []
    for (let after: string | undefined; entries.length < options.last; ) {
      const limit = Math.min(PAGE, options.last - entries.length)
      const page = await chat.request('fetch-audit', {
        roomId,
        limit,
        ...(after === undefined ? {} : { after }),
      })
      entries.push(...page.entries)
      if (page.next === undefined) break
      after = page.next
    }
    const lines = entries.map((one) => [
      one.createdAt,
      one.actorId,
      one.action,
      one.targetId ?? '',
      one.reason ?? '',
    ])
    const head = ['AT', 'BY', 'ACTION', 'TARGET', 'REASON']
    if (options.json) await write(io.stdout, jsonLines(entries))
    else await showTable(io, head, lines, 'The audit log has no entries here.')
    return EXIT.ok
  })
}

async function reportedRooms(chat: Chat): Promise<RoomId[]> {
  const found: RoomId[] = []
  for (let after: RoomId | undefined; ; ) {
    const page = await chat.request('list-reported-rooms', {
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    })
    found.push(...page.rooms.map(({ room }) => room.id))
    if (page.next === undefined) return found
    after = page.next
  }
}

async function reportsOf(chat: Chat, roomId: RoomId, resolved: boolean) {
  const first = await chat.request('list-reports', { roomId, resolved, limit: PAGE })
  const found = [...first.reports]
  for (let after = first.next; after !== undefined; ) {
    const page = await chat.request('list-reports', { roomId, resolved, limit: PAGE, after })
    found.push(...page.reports)
    after = page.next
  }
  return found
}

async function said(io: Io, { json }: Options, row: object, text: string): Promise<number> {
  await write(io.stdout, json ? jsonLines([row]) : `${visibleLine(text)}\n`)
  return EXIT.ok
}

const jsonLines = (rows: readonly object[]): string => rows.map((row) => `${visibleJson(row)}\n`).join('')
