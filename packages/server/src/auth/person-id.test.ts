import { SYSTEM_SENDER } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { isRefusal } from '../api/answer'
import { operations } from '../api/operations'
import { toIdentity } from './identity'

/** Each way in which a user comes to be. */
const signsIn = (id: string): boolean => {
  try {
    return toIdentity({ id, name: 'Ann' }).id === id
  } catch {
    return false
  }
}
const isMade = (id: string): boolean =>
  [
    operations['users.upsert'].prepare({ userId: id, name: 'Ann' }),
    operations['users.upsertMany'].prepare({ users: [{ id, name: 'Ann' }] }),
    operations['members.add'].prepare({ roomId: 'room', userId: id }),
    operations['members.addMany'].prepare({ roomId: 'room', members: [{ userId: id }] }),
  ].every((call) => !isRefusal(call))

describe('an id that a user can have', () => {
  test.each(['ann', '...', '.ann', 'tenant/..', '%2e%2e', 'a.b'])('%s', (id) => {
    expect({ signsIn: signsIn(id), isMade: isMade(id) }).toEqual({ signsIn: true, isMade: true })
    // A path holds it.
    const { pathname } = new URL(`https://chat.example.com/v1/users/${encodeURIComponent(id)}/rooms`)
    expect(pathname).toMatch(/^\/v1\/users\/[^/]+\/rooms$/)
  })
  test.each(['.', '..', SYSTEM_SENDER, 'a b'])('not %s', (id) => {
    expect({ signsIn: signsIn(id), isMade: isMade(id) }).toEqual({ signsIn: false, isMade: false })
  })
})
