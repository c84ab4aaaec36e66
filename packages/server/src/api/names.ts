import { isName, LIMITS } from '@roomful/protocol'
import * as v from 'valibot'

const RULE = 'a name is visible characters on one line'

export const UserName = v.pipe(v.string(), v.maxLength(LIMITS.userNameLength), v.check(isName, RULE))
export const RoomName = v.pipe(v.string(), v.maxLength(LIMITS.roomNameLength), v.check(isName, RULE))
