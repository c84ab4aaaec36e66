import { asRoomId, type RoomId } from '@roomful/protocol'

/** No other room has an id that begins so: every node knows by the id alone where a room is kept. */
const PREFIX = 'ephemeral_'

export const ephemeralRoomId = (uuid: string): RoomId => asRoomId(`${PREFIX}${uuid}`)

export const isEphemeralId = (roomId: string): boolean => roomId.startsWith(PREFIX)
