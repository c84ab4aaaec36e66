import { isUserId, SYSTEM_SENDER } from '@roomful/protocol'

/**
 * Which ids a user can have: not that of the server's own messages, and none that no address can hold. Every client
 * resolves `.` and `..` away, percent-encoded too: `/v1/users/../rooms` asks for `/v1/rooms`, all rooms, and a user with
 * such an id could not be deactivated or deleted over HTTP.
 */
export const isPersonId = (id: string): boolean =>
  isUserId(id) && id !== SYSTEM_SENDER && id !== '.' && id !== '..'
