import type { RoomKinds } from '../core/room-kinds'
import { ConfigError } from '../options'
import { kindsOf, type RoomTypes, roomTypeProblems } from './room-types'

/** The kinds of rooms of a server's options. Throws a ConfigError that names all that is wrong. */
export function checkedKinds(types: RoomTypes = {}): RoomKinds {
  const problems = roomTypeProblems(types)
  if (problems.length > 0) throw new ConfigError(problems)
  return kindsOf(types)
}
