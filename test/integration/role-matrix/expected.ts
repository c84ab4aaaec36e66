import { ROOM_TYPES, type RoomType } from '@roomful/protocol'
import type { AuthorizedAction } from '@roomful/server'
import { STANDINGS, type Standing, standingsIn } from './scene'

/**
 * The expected answers on the wire, written by hand and not derived from the server's own table. Each line: an event
 * (and its variant), the permission it needs, and the answer by standing:
 *
 *   y  done
 *   F  FORBIDDEN, or SLOW_MODE if that is what the role would skip
 *   N  the room or message does not exist: the same answer as for a missing one
 *   0  accepted, and the room is not in it: also as for a missing one
 *   B  USER_BANNED    L  LIMIT_EXCEEDED: the last owner    R  REFUSED by the app, with its reason
 */
const IN_A_PRIVATE_ROOM = `
  event                  permission        owner admin member left kicked banned never admin+ none+
  join-rooms             read                y     y     y     0     0      0      0     y      0
  leave-rooms            -                   y     y     y     y     y      y      y     y      y
  send-message           send                y     y     y     N     N      N      N     y      N
  send-messages          send                y     y     y     N     N      N      N     y      N
  send-message:readonly  send-in-read-only   y     y     F     N     N      N      N     y      N
  send-message:slow      skip-slow-mode      y     y     F     N     N      N      N     y      N
  fetch-history          read                y     y     y     N     N      N      N     y      N
  count-unread           read                y     y     y     N     N      N      N     y      N
  edit-message:own       edit-own            y     y     y     N     N      N      N     y      N
  edit-message:readonly  send-in-read-only   y     y     F     N     N      N      N     y      N
  edit-message:slow      skip-slow-mode      y     y     F     N     N      N      N     y      N
  edit-message:other     edit-other          F     F     F     N     N      N      N     F      N
  delete-message:own     delete-own          y     y     y     N     N      N      N     y      y
  delete-message:other   delete-other        y     y     F     N     N      N      N     y      y
  pin-message            pin                 y     y     F     N     N      N      N     y      y
  react-message          react               y     y     y     N     N      N      N     y      N
  write-stream           -                   y     y     y     N     N      N      N     y      N
  resume-stream          -                   y     y     y     N     N      N      N     y      N
  cancel-stream          cancel-stream       y     y     F     N     N      N      N     y      y
  message-delta          -                   y     y     y     y     y      y      y     y      y
  mark-read              read                y     y     y     N     N      N      N     y      N
  sync                   read                y     y     y     0     0      0      0     y      0
  typing                 read                y     y     y     N     N      N      N     y      N
  create-room            create-room         y     y     y     y     y      y      y     y      y
  update-room            update-room         y     y     F     N     N      N      N     y      y
  delete-room            delete-room         F     F     F     N     N      N      N     y      y
  list-rooms             search-rooms        y     y     y     y     y      y      y     y      y
  open-dm                open-dm             y     y     y     y     y      y      y     y      y
  add-member:self        join                y     y     y     N     N      N      N     y      y
  add-member:other       invite              y     y     F     N     N      N      N     y      y
  remove-member:self     leave               L     y     y     y     N      N      N     y      N
  remove-member:other    kick                y     y     F     N     N      N      N     y      y
  set-role               set-role            y     F     F     N     N      N      N     y      y
  ban-member             ban                 y     y     F     N     N      N      N     y      y
  unban-member           unban               y     y     F     N     N      N      N     y      y
  mute-member            mute                y     y     F     N     N      N      N     y      y
  fetch-members          read                y     y     y     N     N      N      N     y      N
  report-message         report              y     y     y     N     N      N      N     y      N
  list-reports           handle-reports      y     y     F     N     N      N      N     y      y
  fetch-report           handle-reports      y     y     F     N     N      N      N     y      y
  list-reported-rooms    list-reported-rooms F     F     F     F     F      F      F     y      y
  resolve-report         handle-reports      y     y     F     N     N      N      N     y      y
  fetch-audit            read-audit          y     y     F     N     N      N      N     y      y
  list-invitations       -                   y     y     y     y     y      y      y     y      y
  accept-invitation      -                   y     y     y     N     N      N      N     y      N
  accept-invitation:invited join            y     y     y     y     y      B      y     y      y
  decline-invitation     -                   y     y     y     y     y      y      y     y      y
  list-sent-invitations  -                   y     y     y     y     y      y      y     y      y
  withdraw-invitation    -                   y     y     y     y     y      y      y     y      y
  block-user             -                   y     y     y     y     y      y      y     y      y
  unblock-user           -                   y     y     y     y     y      y      y     y      y
  list-blocked           -                   y     y     y     y     y      y      y     y      y
  hide-dm                read                F     F     F     N     N      N      N     F      N
  watch-presence         -                   y     y     y     y     y      y      y     y      y
  end-sessions           end-sessions        F     F     F     F     F      F      F     y      y
  refresh-token          -                   y     y     y     y     y      y      y     y      y`

/** Any user who knows the room may join. */
const OPEN_JOIN = { left: 'y', kicked: 'y', banned: 'B', never: 'y' } as const

/** In a dm, by standing. `-`: there is no such dm, because its settings cannot be changed. */
const IN_A_DM = `
  event                  member never admin+ none+
  send-message:readonly    -     -      -      -
  send-message:slow        -     -      -      -
  edit-message:readonly    -     -      -      -
  edit-message:slow        -     -      -      -
  pin-message              y     N      y      y
  cancel-stream            y     N      y      y
  update-room              F     N      F      F
  add-member:self          F     N      F      F
  add-member:other         F     N      F      F
  remove-member:self       y     N      y      N
  hide-dm                  y     N      y      N
  remove-member:other      F     N      F      F
  set-role                 F     N      F      F
  ban-member               F     N      F      F
  unban-member             F     N      F      F
  mute-member              F     N      F      F`

type Table = ReadonlyMap<string, ReadonlyMap<string, string>>

function tableOf(text: string): Table {
  const [header = [], ...lines] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  return new Map(
    lines.map(([event = '', ...cells]) => [
      event,
      new Map(cells.map((cell, i) => [header[i + 1] ?? '', cell])),
    ]),
  )
}

const privateRoom = tableOf(IN_A_PRIVATE_ROOM)
const dm = tableOf(IN_A_DM)

/** The lines: event names with their variants, each with its permission. */
export const rows: readonly { readonly row: string; readonly permission: string }[] = [...privateRoom].map(
  ([row, cells]) => ({ row, permission: cells.get('permission') ?? '' }),
)

export function expected(type: RoomType, row: string, standing: Standing): string {
  if (type === 'dm') {
    const special = dm.get(row)?.get(standing)
    if (special !== undefined) return special
  }
  // No user deletes one that ends on its own.
  if (type === 'ephemeral' && row === 'delete-room' && standing.endsWith('+')) return 'F'
  const isOpen = type === 'public' || type === 'ephemeral'
  if (row === 'add-member:self' && isOpen) {
    const open = new Map<string, string>(Object.entries(OPEN_JOIN)).get(standing)
    if (open !== undefined) return open
  }
  const cell = privateRoom.get(row)?.get(standing)
  if (cell === undefined || !STANDINGS.includes(standing))
    throw new Error(`no expectation: ${row} by ${standing}`)
  return cell
}

/** Acts that have no event: role-matrix-http.test.ts. */
export const OVER_HTTP: ReadonlySet<AuthorizedAction> = new Set([
  'upload-file',
  'download-file',
  'use-server-api',
])

export type Cell = {
  readonly type: RoomType
  readonly row: string
  readonly permission: string
  readonly standing: Standing
  readonly wanted: string
}

export const cells: readonly Cell[] = ROOM_TYPES.flatMap((type) =>
  rows.flatMap(({ row, permission }) =>
    standingsIn(type).map((standing) => ({
      ...{ type, row, permission, standing },
      wanted: expected(type, row, standing),
    })),
  ),
).filter(({ wanted }) => wanted !== '-')

/** What is so already, and is answered as before: in the room, or out of it. */
const CHANGES_NOTHING: ReadonlyMap<string, readonly Standing[]> = new Map([
  ['add-member:self', ['owner', 'admin', 'member', 'admin+']],
  ['accept-invitation:invited', ['owner', 'admin', 'member', 'admin+']],
  ['remove-member:self', ['left']],
])

/** Acts that need a privilege beside the permission to act: the app is asked about both, in this order. */
const FIRST: ReadonlyMap<string, string> = new Map([
  ['send-message:readonly', 'send'],
  ['send-message:slow', 'send'],
  ['edit-message:readonly', 'edit-own'],
  ['edit-message:slow', 'edit-own'],
])

/**
 * The actions that the app is asked about: what the table permits, and nothing else. Of a user who was never in the
 * room, `mine` is a message of another one.
 */
export function askedIn({ row, permission, standing, wanted }: Cell): readonly string[] {
  const first = FIRST.get(row)
  if (permission === '-' || (row === 'remove-member:self' && standing === 'left')) return []
  if (wanted === 'F') return first === undefined ? [] : [first]
  // USER_BANNED and LIMIT_EXCEEDED are no refusals of the table.
  if (wanted !== 'y' && wanted !== 'B' && wanted !== 'L') return []
  const action = row === 'delete-message:own' && standing === 'none+' ? 'delete-other' : permission
  return first === undefined ? [action] : [first, action]
}

/** The answer when the app refuses that one action: the table's refusals come first. */
export function expectedIfRefused(cell: Cell): string {
  const { row, permission, standing, wanted } = cell
  if (wanted !== 'y' || !askedIn(cell).includes(permission) || CHANGES_NOTHING.get(row)?.includes(standing))
    return wanted
  switch (permission) {
    // To who may not skip it, slow mode applies.
    case 'skip-slow-mode':
      return 'F'
    case 'read':
      return row === 'join-rooms' || row === 'sync' ? '0' : 'R'
    default:
      return 'R'
  }
}
