import type { Invitation, RoomId, SentInvitation } from '@roomful/client'
import { CliError, EXIT } from '../failure'
import { type Io, write } from '../io'
import { showTable } from '../show-table'
import { visibleJson } from '../visible'
import { askChat, type ConnectOptions } from '../with-chat'

type InvitationsOptions = ConnectOptions & {
  readonly accept?: RoomId
  readonly decline?: RoomId
  readonly sent?: boolean
  readonly withdraw?: RoomId
  readonly user?: string
  readonly json?: boolean
}

/**
 * Answers or withdraws one invitation if one is named; then lists those that wait, of the user or by them: a table for
 * people, JSON lines with `--json`.
 */
export function invitations(
  io: Io,
  { accept, decline, sent, withdraw, user, json, ...options }: InvitationsOptions,
): Promise<number> {
  if ((withdraw === undefined) !== (user === undefined))
    throw new CliError('USAGE', '--withdraw and --user go together', undefined, EXIT.usage)
  return askChat(io, options, async (chat) => {
    if (accept !== undefined) await chat.acceptInvitation(accept)
    if (decline !== undefined) await chat.declineInvitation(decline)
    if (withdraw !== undefined && user !== undefined) await chat.withdrawInvitation(withdraw, user)
    if (sent || withdraw !== undefined) {
      await show(io, json, SENT_HEAD, await chat.listSentInvitations(), sentRowOf)
      return EXIT.ok
    }
    const waiting = await chat.request('list-invitations', {})
    await show(io, json, HEAD, waiting.invitations, rowOf)
    return EXIT.ok
  })
}

async function show<T extends Invitation | SentInvitation>(
  io: Io,
  json: boolean | undefined,
  head: readonly string[],
  all: readonly T[],
  rowOf: (one: T) => readonly string[],
): Promise<void> {
  if (json) await write(io.stdout, all.map((one) => `${visibleJson(one)}\n`).join(''))
  else await showTable(io, head, all.map(rowOf), 'No invitations wait.')
}

const HEAD = ['ROOM', 'NAME', 'TYPE', 'FROM', 'UNTIL']
const rowOf = ({ roomId, name, type, inviter, expiresAt }: Invitation): readonly string[] => [
  ...[roomId, name, type, `${inviter.name} (${inviter.id})`, expiresAt],
]

const SENT_HEAD = ['ROOM', 'USER', 'SINCE', 'UNTIL']
const sentRowOf = ({ roomId, userId, createdAt, expiresAt }: SentInvitation): readonly string[] => [
  ...[roomId, userId, createdAt, expiresAt],
]
