import { expect, test } from 'vitest'
import { ManualClock } from '../node/test-node'
import { credentialsOf, NO_REQUEST } from './credentials'
import type { AuthError, Identity } from './identity'
import { customAuthenticate, secretAuthenticate, signToken } from './jwt'

const SECRET = 'a secret of these tests, 32 bytes long'

const signedInWith = (claims: unknown): Promise<Identity> =>
  customAuthenticate(
    () => ({ id: 'ann', name: 'Ann', claims }),
    new ManualClock(),
  )(credentialsOf('token', NO_REQUEST))

const refusalOf = (claims: unknown): Promise<unknown> =>
  signedInWith(claims).then(
    () => 'let in',
    ({ code, field }: AuthError) => [code, field],
  )

test('claims are a frozen copy of what the app answered', async () => {
  const given = { plan: 'pro', teams: ['a'] }
  const { claims } = await signedInWith(given)
  given.teams.push('b')
  expect(claims).toEqual({ plan: 'pro', teams: ['a'] })
  expect([claims, claims?.teams].every(Object.isFrozen)).toBe(true)
  expect(await signedInWith(undefined)).not.toHaveProperty('claims')
  expect(await signedInWith(null)).not.toHaveProperty('claims')
})

test('claims that are no JSON, or too large, are refused by their name', async () => {
  const circle: { self?: unknown } = {}
  circle.self = circle
  for (const claims of [circle, { n: 1n }, 'pro', ['pro'], { text: 'é'.repeat(4_100) }])
    expect(await refusalOf(claims)).toEqual(['TOKEN_INVALID', 'claims'])
  expect(await refusalOf({ text: 'x'.repeat(8_000) })).toBe('let in')
})

test('the claims of a JWT are all that it says', async () => {
  const clock = new ManualClock()
  const token = await signToken(SECRET, { id: 'ann', name: 'Ann', sid: 's1' }, { clock })
  const { claims } = await secretAuthenticate(SECRET, clock)(credentialsOf(token, NO_REQUEST))
  expect(claims).toEqual({ sub: 'ann', name: 'Ann', sid: 's1', iat: clock.now() / 1000 })
})
