import type { ShownMessage } from '@roomful/client'
import { CliError, EXIT } from './failure'

export type RoomId = ShownMessage['roomId']

/** Checks a room id from the command line. */
export function toRoomId(typed: string): RoomId {
  if (!isRoomId(typed)) {
    throw new CliError(
      'USAGE',
      `"${typed}" can be no room id`,
      'letters, digits, _ and -, at most 64',
      EXIT.usage,
    )
  }
  return typed
}

function isRoomId(typed: string): typed is RoomId {
  return /^[A-Za-z0-9_-]{1,64}$/.test(typed)
}
