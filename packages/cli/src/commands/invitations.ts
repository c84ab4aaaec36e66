import type { Invitation, RoomId } from '@roomful/client'
import { EXIT } from '../failure'
import { type Io, write } from '../io'
import { formatTable } from '../table'
import { visibleJson } from '../visible'
import { type ConnectOptions, withChat } from '../with-chat'

type InvitationsOptions = ConnectOptions & {
  readonly accept?: RoomId
  readonly decline?: RoomId
  readonly json: boolean
}

/** Answers one invitation if one is named; then lists those that wait: a table for people, JSON lines with `--json`. */
export function invitations(
  io: Io,
  { accept, decline, json, ...options }: InvitationsOptions,
): Promise<number> {
  return withChat(io, options, async (chat) => {
    if (accept !== undefined) await chat.acceptInvitation(accept)
    if (decline !== undefined) await chat.declineInvitation(decline)
    const waiting = await chat.request('list-invitations', {})
    await write(io.stdout, json ? jsonOf(waiting.invitations) : tableOf(waiting.invitations))
    return EXIT.ok
  })
}

const jsonOf = (all: readonly Invitation[]): string => all.map((one) => `${visibleJson(one)}\n`).join('')

function tableOf(all: readonly Invitation[]): string {
  const lines = all.map(({ roomId, name, type, inviter, expiresAt }) => [
    roomId,
    name,
    type,
    `${inviter.name} (${inviter.id})`,
    expiresAt,
  ])
  return formatTable([['ROOM', 'NAME', 'TYPE', 'FROM', 'UNTIL'], ...lines])
}
