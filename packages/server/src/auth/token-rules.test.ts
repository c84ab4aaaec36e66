import { type JWTPayload, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { ManualClock } from '../node/test-node'
import type { Log } from '../ports/log'
import { authenticatorFor } from './authenticator'
import { credentialsOf, NO_REQUEST } from './credentials'
import { AuthError, type Identity } from './identity'
import { customAuthenticate, secretAuthenticate } from './jwt'
import { withRefusalLog } from './refusal-log'
import type { TokenRules } from './token-rules'

const byToken = (token: string) => credentialsOf(token, NO_REQUEST)

const SECRET = 'a secret of these tests, 32 bytes long'
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

const signed = (claims: JWTPayload): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET))

/** The user, or why the token is refused. */
async function shown(claims: JWTPayload, rules: TokenRules = {}): Promise<Identity | string> {
  const authenticate = secretAuthenticate(SECRET, new ManualClock(), rules)
  return authenticate(byToken(await signed(claims))).catch(
    ({ code, field }: AuthError) => `${code}: ${field}`,
  )
}

describe('users of identity providers', () => {
  test.each([
    'auth0|507f1f77bcf86cd799439020',
    'ann.smith+chat@example.com',
    'urn:example:user:7',
    'tenant/ann',
    'grüße',
    'x'.repeat(255),
  ])('%s is let in', async (sub) => {
    expect(await shown({ sub, name: 'Ann' })).toMatchObject({ id: sub, name: 'Ann' })
  })

  test('a number is an id; a user without a name gets the id as name, cut', async () => {
    expect(await shown({ user: 1234567 }, { claims: { id: 'user' } })).toMatchObject({ id: '1234567' })
    expect(await shown({ sub: 'x'.repeat(255), name: null })).toMatchObject({ name: 'x'.repeat(100) })
  })

  test('the picture of OpenID Connect is the address of their picture, if it can be one', async () => {
    const pictureOf = async (picture: unknown): Promise<unknown> => {
      const identity = await shown({ sub: 'ann', name: 'Ann', picture })
      return typeof identity === 'string' ? identity : identity.avatarUrl
    }
    expect(await pictureOf('https://example.com/ann.png?s=80')).toBe('https://example.com/ann.png?s=80')
    expect(await pictureOf('HTTP://EXAMPLE.com/a b')).toBe('http://example.com/a%20b')
    expect(await pictureOf(`https://example.com/${'x'.repeat(480)}`)).toHaveLength(500)
    expect(await pictureOf(undefined)).toBeUndefined()
    const others = [
      'javascript:alert(1)',
      'data:image/png;base64,AAAA',
      '/ann.png',
      '//example.com/ann.png',
      '',
    ]
    const odd = [
      'https://ann:pw@example.com/',
      `https://example.com/${'x'.repeat(481)}`,
      7,
      null,
      ['https://a.b/'],
    ]
    // It must not refuse a user, no more than a name does.
    for (const picture of [...others, ...odd]) expect(await pictureOf(picture)).toBeNull()
  })

  test('claims have the names that the settings give them', async () => {
    const claims = {
      id: 'oid',
      name: 'preferred_username',
      admin: 'https://example.com/admin',
      sid: 'session',
    }
    const token = {
      ...{ sub: 'another', oid: 'ann', name: 'not this', preferred_username: 'Ann' },
      ...{ session: 's1', 'https://example.com/admin': true },
    }
    expect(await shown(token, { claims })).toMatchObject({ id: 'ann', name: 'Ann', admin: true, sid: 's1' })
    expect(await shown({ sub: 'ann', name: 'Ann' }, { claims: { id: 'constructor' } })).toBe(
      'TOKEN_INVALID: constructor',
    )
  })

  test.each([
    [{}, 'sub'],
    [{ sub: 'a b' }, 'sub'],
    [{ sub: 'x'.repeat(256) }, 'sub'],
    [{ sub: 'ann', name: { first: 'Ann' } }, 'name'],
    [{ sub: 'ann', admin: 'yes' }, 'admin'],
    [{ sub: 'ann', sid: '' }, 'sid'],
  ])(
    'a signed token with an unusable claim is TOKEN_INVALID, and names it: %j, %s',
    async (claims, field) => {
      // A token may hold more than its type allows.
      expect(await shown(JSON.parse(JSON.stringify(claims)))).toBe(`TOKEN_INVALID: ${field}`)
    },
  )

  test('times are whole milliseconds that a date can hold', async () => {
    const fractional = await shown({ sub: 'ann', exp: 4_000_000_000.0004, iat: 1_767_000_000.1234 })
    expect(fractional).toMatchObject({ expiresAt: 4_000_000_000_000, namedAt: -1 })
    expect(await shown({ sub: 'ann', name: 'A', iat: 1_767_000_000.1234 })).toMatchObject({
      namedAt: 1_767_000_000_123,
    })
    expect(await shown({ sub: 'ann', exp: 1e300 })).toMatchObject({ expiresAt: 8.64e15 })
  })
})

describe('a server with a key set', () => {
  const jwks = 'https://id.example.com/keys'
  const start = (auth: object) =>
    authenticatorFor(
      JSON.parse(JSON.stringify({ jwks, ...auth })),
      { database: 'memory:' },
      new ManualClock(),
      silent,
    )

  test.each([
    {},
    { issuer: 'https://id.example.com/' },
    { audience: 'chat' },
    { issuer: [], audience: ['chat'] },
    { anyAudience: false },
  ])('does not start with %j', (auth) => {
    expect(() => start(auth)).toThrow(/--issuer and --audience .*--any-audience/)
  })

  test.each([{ anyAudience: true }, { issuer: 'a', audience: ['chat'] }])('starts with %j', (auth) => {
    expect(start(auth).signing).toBeUndefined()
  })
})

describe('the secret of a server', () => {
  const start = (jwtSecret: string, guests = false) =>
    authenticatorFor({ jwtSecret }, { database: 'memory:', guests }, new ManualClock(), silent)

  test.each(['a', 'x'.repeat(31)])('%j is refused: its tokens can be forged', (secret) => {
    expect(() => start(secret)).toThrow(/needs 32 bytes at least.*--jwt-secret, ROOMFUL_JWT_SECRET/)
  })

  test('of 32 bytes is accepted, of letters or others', () => {
    for (const secret of ['x'.repeat(32), 'ü'.repeat(16)]) expect(start(secret).signing).toEqual({ secret })
  })

  test('of one byte is accepted for development, with guests', () => {
    expect(start('a', true).signing).toEqual({ secret: 'a' })
  })
})

describe('the log says why a token is refused', () => {
  test('and never a cookie', async () => {
    const clock = new ManualClock()
    const lines: unknown[] = []
    const log = { debug() {}, info() {}, error() {}, warn: (fields: object) => lines.push(fields) }
    const authenticate = withRefusalLog(
      customAuthenticate(({ cookies }) => {
        throw new Error(`no session ${cookies.session} in ${cookies.lang}`)
      }, clock),
      clock,
      log,
    )
    const source = { headers: { cookie: 'lang=en; session=s3cr3t-session' }, address: 'unknown' }
    await expect(authenticate(credentialsOf('a token', source))).rejects.toThrow('TOKEN_INVALID')
    expect(lines).toEqual([{ code: 'TOKEN_INVALID', reason: 'no session [token] in en' }])
  })

  test('once a minute for each reason, of so many reasons, and never the token', async () => {
    const clock = new ManualClock()
    const lines: object[] = []
    const log = { ...silent, warn: (fields: object) => lines.push(fields) }
    const authenticate = withRefusalLog(
      async ({ token }) => {
        throw new AuthError('TOKEN_INVALID', { cause: new Error(`no user for ${token}`.slice(0, 900)) })
      },
      clock,
      log,
    )
    const show = (token: string) => expect(authenticate(byToken(token))).rejects.toThrow('TOKEN_INVALID')
    for (const token of ['first', 'second', 'first']) await show(token)
    expect(lines).toEqual([{ code: 'TOKEN_INVALID', reason: 'no user for [token]' }])
    await clock.pass(60_000)
    await show('third')
    expect(lines).toHaveLength(2)
  })

  test('a thousand reasons in a minute are a hundred lines', async () => {
    let warned = 0
    const log = { ...silent, warn: () => warned++ }
    const authenticate = withRefusalLog(
      async (reason) => {
        throw new AuthError('UNAVAILABLE', { cause: new Error(`${reason.token.length} reasons`) })
      },
      new ManualClock(),
      log,
    )
    for (let i = 1; i <= 1_000; i++)
      await expect(authenticate(byToken('x'.repeat(i)))).rejects.toThrow('UNAVAILABLE')
    expect(warned).toBe(100)
  })
})
