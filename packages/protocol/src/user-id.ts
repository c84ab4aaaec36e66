import type { UserId } from './ids'

/**
 * Up to 255 visible characters, as identity providers use them: `auth0|ann`, `ann@example.com`, `urn:x:7`,
 * `tenant/ann`. No white space, controls, overrides of direction or invisible characters, so that an id fits on a line
 * of a log; and none past U+FFFF, so that code units and UTF-8 give members one order in all stores and clients.
 */
export const USER_ID =
  /^[^\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\u{10000}-\u{10ffff}]{1,255}$/u

export const isUserId = (value: unknown): value is UserId => typeof value === 'string' && USER_ID.test(value)
