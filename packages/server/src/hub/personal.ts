import type { Invitation, RoomId, RoomListItem, ServerEvent, ServerPayload, UserId } from '@roomful/protocol'
import type { BusMessage } from '../cluster/bus'
import type { Log } from '../ports/log'
import type { DeviceRegistry } from './device-registry'

/** Undefined: it was answered or expired meanwhile. */
export type ReadInvitation = (userId: UserId, roomId: RoomId) => Promise<Invitation | undefined>

/** A user's list items for these rooms. */
export type ReadListItems = (userId: UserId, roomIds: readonly RoomId[]) => Promise<readonly RoomListItem[]>

export type PersonalMessage = Extract<BusMessage, { type: 'invited' | 'uninvited' | 'hidden' }>

type PersonalDeps = {
  readonly devices: DeviceRegistry
  readonly readInvitation: ReadInvitation
  readonly log: Log
}

/** Notifies one user's devices of what concerns no room's subscribers. The next list repairs what is lost. */
export function notifyUser(deps: PersonalDeps, message: PersonalMessage): void {
  const { userId, roomId } = message
  switch (message.type) {
    case 'invited':
      invited(deps, userId, roomId)
      return
    case 'uninvited':
      emitTo(deps, userId, 'invitation-removed', { roomId })
      return
    case 'hidden':
      emitTo(deps, userId, 'dm-hidden', { roomId, hiddenSeq: message.hiddenSeq })
      return
    default:
      message satisfies never
  }
}

/** Notifies the user's devices of the list item of a room that they entered. */
export function notifyAdded(
  { devices, readListItems, log }: Pick<PersonalDeps, 'devices' | 'log'> & { readListItems: ReadListItems },
  userId: UserId,
  roomId: RoomId,
  onFailed: () => void,
): void {
  readListItems(userId, [roomId]).then(
    ([item]) => {
      if (!item || !devices.membersOf(roomId).has(userId)) return
      for (const device of devices.of(userId)) device.connection.emit('room-added', { item })
    },
    (error: unknown) => {
      log.warn({ err: error, roomId }, 'room-added was not sent')
      onFailed()
    },
  )
}

function invited(deps: PersonalDeps, userId: UserId, roomId: RoomId): void {
  if (deps.devices.of(userId).size === 0) return
  deps.readInvitation(userId, roomId).then(
    (invitation) => invitation && emitTo(deps, userId, 'invitation', { invitation }),
    (error: unknown) => deps.log.warn({ err: error, roomId }, 'an invitation was not sent'),
  )
}

function emitTo<E extends ServerEvent>(
  { devices }: PersonalDeps,
  userId: UserId,
  event: E,
  payload: ServerPayload<E>,
): void {
  for (const device of devices.of(userId)) if (device.protocol === 2) device.connection.emit(event, payload)
}
