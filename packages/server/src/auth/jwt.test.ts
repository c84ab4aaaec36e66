import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import { type JWTPayload, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { ManualClock } from '../node/test-node'
import type { Log } from '../ports/log'
import { credentialsOf, NO_REQUEST } from './credentials'
import { customAuthenticate, jwksAuthenticate, secretAuthenticate, signToken } from './jwt'
import type { TokenRules } from './token-rules'

const shown = (token: string) => credentialsOf(token, NO_REQUEST)

const SECRET = 'a secret of these tests'
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** A token by the provider's clock, which is this many seconds ahead of the server's. */
const signed = (clock: ManualClock, claims: { nbf?: number; exp?: number }): Promise<string> => {
  const now = clock.now() / 1000
  const jwt = new SignJWT({ name: 'Ann' }).setProtectedHeader({ alg: 'HS256' }).setSubject('ann')
  if (claims.nbf !== undefined) jwt.setNotBefore(now + claims.nbf)
  if (claims.exp !== undefined) jwt.setExpirationTime(now + claims.exp)
  return jwt.sign(new TextEncoder().encode(SECRET))
}

describe('clocks that differ', () => {
  test.each([
    [{ nbf: 2 }, 'ann'],
    [{ nbf: 30 }, 'ann'],
    [{ nbf: 32 }, 'TOKEN_INVALID'],
    [{ exp: -29 }, 'ann'],
    [{ exp: -31 }, 'TOKEN_EXPIRED'],
  ])('a token with %j is %s', async (claims, answer) => {
    const clock = new ManualClock()
    const authenticate = secretAuthenticate(SECRET, clock)
    const asked = authenticate(shown(await signed(clock, claims)))
    expect(
      await asked.then(
        ({ id }) => id,
        ({ code }) => code,
      ),
    ).toBe(answer)
  })

  test('a token ends by its exp; one accepted after it ends with the tolerance', async () => {
    const clock = new ManualClock()
    const authenticate = secretAuthenticate(SECRET, clock)
    const endIn = async (exp: number) =>
      ((await authenticate(shown(await signed(clock, { exp })))).expiresAt ?? 0) - clock.now()
    expect([await endIn(60), await endIn(1), await endIn(-10)]).toEqual([60_000, 1_000, 20_000])
  })

  test('a token whose exp passes during the check is accepted with the tolerance, as any other', async () => {
    const manual = new ManualClock()
    let late = 0
    const clock = { now: () => manual.now() + late, setTimer: manual.setTimer }
    const asked = secretAuthenticate(SECRET, clock)(shown(await signed(manual, { exp: 1 })))
    late = 1_000
    expect(((await asked).expiresAt ?? 0) - clock.now()).toBe(30_000)
  })
})

type Key = { readonly kid: string; readonly jwk: object; readonly privateKey: KeyObject }

function newKey(kid: string, isNamed = true): Key {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    kid,
    privateKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), ...(isNamed ? { kid } : {}), alg: 'ES256' },
  }
}

const IN_2026 = Date.UTC(2026, 11, 31) / 1000

const tokenOf = (key: Key, isNamed = true, claims: JWTPayload = { exp: IN_2026 }): Promise<string> =>
  new SignJWT({ name: 'Ann', ...claims })
    .setProtectedHeader({ alg: 'ES256', ...(isNamed ? { kid: key.kid } : {}) })
    .setSubject('ann')
    .sign(key.privateKey)

/** An identity provider whose keys can change, and that can be down. */
async function startProvider(keys: Key[], rules: TokenRules = {}) {
  const provider = { keys, isAway: false, asked: 0 }
  const http = createServer((_, response) => {
    provider.asked++
    response.statusCode = provider.isAway ? 503 : 200
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ keys: provider.keys.map(({ jwk }) => jwk) }))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const clock = new ManualClock()
  const logged: string[] = []
  const log: Log = { ...silent, warn: (_, text) => logged.push(text), info: (_, text) => logged.push(text) }
  const authenticate = jwksAuthenticate(`http://127.0.0.1:${port}/keys`, clock, log, rules)
  return {
    ...{ provider, clock, logged },
    /** The user, or why the token is refused. */
    show: async (token: string | Promise<string>): Promise<unknown> =>
      authenticate(shown(await token)).then(
        ({ id }) => id,
        ({ code, retryAfterMs, field }) => {
          if (field !== undefined) return `${code}: ${field}`
          return retryAfterMs === undefined ? code : { code, retryAfterMs }
        },
      ),
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

describe('the keys of an identity provider', () => {
  test('that changed just after they were read: the token must be sent again, and is then accepted', async () => {
    const [old, next] = [newKey('k1'), newKey('k2')]
    await using at = await startProvider([old])
    expect(await at.show(tokenOf(old))).toBe('ann')
    at.provider.keys = [next, old]
    await at.clock.pass(2_000)
    expect(await at.show(tokenOf(next))).toEqual({ code: 'UNAVAILABLE', retryAfterMs: 8_000 })
    expect(await at.show(tokenOf(old))).toBe('ann')
    await at.clock.pass(8_000)
    expect(await at.show(tokenOf(next))).toBe('ann')
    expect(at.provider.asked).toBe(2)
  })

  test('a token of a key that is not the provider’s is refused when the keys were read for it', async () => {
    await using at = await startProvider([newKey('k1')])
    expect(await at.show(tokenOf(newKey('nobody')))).toBe('TOKEN_INVALID')
    // Also while other unknown keys keep the set in its cool-down.
    for (let second = 0; second < 10; second++) {
      expect(await at.show(tokenOf(newKey('late')))).toMatchObject({ code: 'UNAVAILABLE' })
      await at.clock.pass(1_000)
    }
    expect(await at.show(tokenOf(newKey('other')))).toBe('TOKEN_INVALID')
    await at.clock.pass(1_000)
    expect(await at.show(tokenOf(newKey('late')))).toBe('TOKEN_INVALID')
    expect(at.provider.asked).toBe(2)
  })

  test('a wrong signature under a known key is refused at once', async () => {
    const known = newKey('k1')
    await using at = await startProvider([known])
    expect(await at.show(tokenOf({ ...newKey('k1'), kid: 'k1' }))).toBe('TOKEN_INVALID')
    expect(at.provider.asked).toBe(1)
  })

  test('without names: each matching one is tried, and a new one is found too', async () => {
    const [old, next] = [newKey('k1', false), newKey('k2', false)]
    await using at = await startProvider([old])
    expect(await at.show(tokenOf(old, false))).toBe('ann')
    at.provider.keys = [next, old]
    expect(await at.show(tokenOf(next, false))).toMatchObject({ code: 'UNAVAILABLE' })
    await at.clock.pass(10_000)
    expect(await at.show(tokenOf(next, false))).toBe('ann')
    expect(await at.show(tokenOf(old, false))).toBe('ann')
    await at.clock.pass(10_000)
    expect(await at.show(tokenOf(newKey('nobody', false), false))).toBe('TOKEN_INVALID')
  })

  test('that cannot be read: no token is refused for that, and it is logged once', async () => {
    const [old, next] = [newKey('k1'), newKey('k2')]
    await using at = await startProvider([old, next])
    at.provider.isAway = true
    for (let i = 0; i < 3; i++) expect(await at.show(tokenOf(next))).toBe('UNAVAILABLE')
    at.provider.isAway = false
    await at.clock.pass(1_000)
    expect(await at.show(tokenOf(next))).toBe('ann')
    expect(at.logged).toEqual(['the key set cannot be read', 'the key set is read again'])
  })

  test('P12: of one that is not there yet they are read once a second, whatever tokens arrive, until it is', async () => {
    const key = newKey('k1')
    await using at = await startProvider([key])
    at.provider.isAway = true
    const answers: unknown[] = []
    for (let half = 0; half < 20; half++) {
      await Promise.all([at.show(tokenOf(key)), at.show(tokenOf(newKey('nobody')))])
      answers.push(await at.show(tokenOf(key)))
      await at.clock.pass(500)
    }
    expect(at.provider.asked).toBe(10)
    expect(new Set(answers)).toEqual(new Set(['UNAVAILABLE']))
    at.provider.isAway = false
    expect(await at.show(tokenOf(key))).toBe('ann')
  })

  test.each([
    ['a token with an unknown key', 60_000, { code: 'UNAVAILABLE', retryAfterMs: 1_000 }],
    ['any token, when its keys are too old', 600_000, 'UNAVAILABLE'],
  ])('P12: of one that fails later they are read once in 10 s, for %s', async (_, laterMs, last) => {
    const [old, next] = [newKey('k1'), newKey('k2')]
    await using at = await startProvider([old])
    expect(await at.show(tokenOf(old))).toBe('ann')
    await at.clock.pass(laterMs)
    at.provider.isAway = true
    at.provider.asked = 0
    const answers: unknown[] = []
    for (let second = 0; second < 30; second++) {
      await Promise.all([at.show(tokenOf(next)), at.show(tokenOf(old))])
      answers.push(await at.show(tokenOf(next)))
      await at.clock.pass(1_000)
    }
    expect(at.provider.asked).toBe(3)
    expect(answers.at(-1)).toEqual(last)
    at.provider.keys = [next]
    at.provider.isAway = false
    expect(await at.show(tokenOf(next))).toBe('ann')
  })

  test('that are being read already: a token waits for them', async () => {
    const [old, next] = [newKey('k1'), newKey('k2')]
    await using at = await startProvider([old])
    expect(await at.show(tokenOf(old))).toBe('ann')
    await at.clock.pass(10_000)
    at.provider.keys = [next, old]
    const token = await tokenOf(next)
    expect(await Promise.all([at.show(token), at.show(token)])).toEqual(['ann', 'ann'])
    expect(at.provider.asked).toBe(2)
  })

  test('a withdrawn key is accepted for ten minutes at most', async () => {
    const old = newKey('k1')
    await using at = await startProvider([old])
    expect(await at.show(tokenOf(old))).toBe('ann')
    at.provider.keys = [newKey('k2')]
    await at.clock.pass(599_000)
    expect(await at.show(tokenOf(old))).toBe('ann')
    await at.clock.pass(1_000)
    expect(await at.show(tokenOf(old))).toBe('TOKEN_INVALID')
  })
})

describe('tokens of the same provider', () => {
  const rules = { issuer: 'https://id.example.com/', audience: ['chat'] }
  const right = { iss: 'https://id.example.com/', aud: ['other', 'chat'], exp: IN_2026 }

  test.each<[string, JWTPayload, string]>([
    ['for this server', right, 'ann'],
    ['of another application', { ...right, aud: 'other' }, 'TOKEN_INVALID: aud'],
    ['of another tenant', { ...right, iss: 'https://id.example.com/other/' }, 'TOKEN_INVALID: iss'],
    ['for nobody', { iss: right.iss, exp: right.exp }, 'TOKEN_INVALID: aud'],
    ['of nobody', { aud: right.aud, exp: right.exp }, 'TOKEN_INVALID: iss'],
    ['without an end', { iss: right.iss, aud: right.aud }, 'TOKEN_INVALID: exp'],
  ])('%s: %j is %s', async (_, claims, answer) => {
    const key = newKey('k1')
    await using at = await startProvider([key], rules)
    expect(await at.show(tokenOf(key, true, claims))).toBe(answer)
  })

  test('an unusable claim is TOKEN_INVALID, also in a token that names no key', async () => {
    const key = newKey('k1', false)
    await using at = await startProvider([key], { claims: { id: 'email' } })
    for (let i = 0; i < 3; i++) expect(await at.show(tokenOf(key, false))).toBe('TOKEN_INVALID: email')
  })
})

describe("an app's own check", () => {
  test('that never answers is UNAVAILABLE after 10 s, and leaves no timer when it does', async () => {
    const clock = new ManualClock()
    let answer = (_: unknown): void => {}
    const authenticate = customAuthenticate(() => new Promise((resolve) => (answer = resolve)), clock)
    const hung = expect(authenticate(shown('a'))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await clock.pass(10_000)
    await hung
    const taken = authenticate(shown('b'))
    await clock.pass(9_000)
    answer({ id: 'ann' })
    expect(await taken).toMatchObject({ id: 'ann' })
  })
})

test('the log gets the reason why a token is refused', async () => {
  const clock = new ManualClock()
  const authenticate = secretAuthenticate(SECRET, clock)
  await expect(authenticate(shown(await signToken(SECRET, { id: 'a b', name: 'A' })))).rejects.toMatchObject({
    cause: { message: 'its sub is missing or not valid' },
  })
})
