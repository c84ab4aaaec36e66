import { createChat } from '@roomful/client'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { credentialsOf, NO_REQUEST } from '../../packages/server/src/auth/credentials'
import { jwksAuthenticate } from '../../packages/server/src/auth/jwt'
import { ManualClock } from '../../packages/server/src/node/test-node'
import { AUDIENCE, startOidcProvider } from './oidc-provider'
import { refusalOf, startServer } from './server-fixture'

let provider: Awaited<ReturnType<typeof startOidcProvider>>
beforeAll(async () => {
  provider = await startOidcProvider()
})
afterAll(() => provider.close())
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const rules = () => ({ issuer: provider.issuer, audience: AUDIENCE })

async function startChat() {
  const server = await startServer({ auth: { jwks: provider.jwks, ...rules() } })
  ends.push(() => server.close())
  return server
}

test('a user of the provider signs in by a code with PKCE, and chats under their name and picture', async () => {
  const server = await startChat()
  const { access_token } = await provider.signIn('ann')
  const chat = createChat({ url: server.url, auth: access_token, storage: 'memory' })
  ends.push(() => chat.close())
  const room = chat.room('general')
  await room.open()
  const user = { id: 'ann', name: 'Ann of the provider', avatarUrl: 'https://example.com/ann.png' }
  expect(chat.getState().user).toEqual(user)
  expect(await room.send('hello')).toMatchObject({ senderId: 'ann', senderAvatarUrl: user.avatarUrl })
})

test('an expired token is replaced by the refresh token, without a sign-in', async () => {
  const server = await startChat()
  let tokens = await provider.signIn('ann')
  const expired = await provider.signed('ann', { expiresAt: Date.now() / 1_000 - 3_600 })
  const given: string[] = []
  const auth = async (): Promise<string> => {
    if (given.length > 0) tokens = await provider.refresh(tokens)
    given.push(given.length === 0 ? expired : tokens.access_token)
    return given.at(-1) ?? ''
  }
  const chat = createChat({ url: server.url, auth, storage: 'memory' })
  ends.push(() => chat.close())
  expect(await chat.room('general').send('hello')).toMatchObject({ senderId: 'ann' })
  expect(given).toEqual([expired, tokens.access_token])
})

test("tokens for another of the provider's applications, or of another provider, are refused", async () => {
  const server = await startChat()
  const other = await startOidcProvider()
  ends.push(() => other.close())
  const refused = (token: string) => refusalOf(server, { token, protocol: 2 })
  expect(
    await refused(await provider.signed('ann', { audience: 'https://app.example.com/shop' })),
  ).toMatchObject({
    ...{ code: 'TOKEN_INVALID', field: 'aud' },
  })
  const foreign = jwksAuthenticate(other.jwks, new ManualClock(), silent, rules())
  const { access_token } = await other.signIn('ann')
  await expect(foreign(credentialsOf(access_token, NO_REQUEST))).rejects.toMatchObject({ field: 'iss' })
})

test('after a change of its keys new tokens are taken, and old ones are not', async () => {
  const clock = new ManualClock()
  const authenticate = jwksAuthenticate(provider.jwks, clock, silent, rules())
  const check = ({ access_token }: { access_token: string }) =>
    authenticate(credentialsOf(access_token, NO_REQUEST))
  // The server's clock is set by hand, to where the tokens' is.
  await clock.pass(Date.now() - clock.now())
  const old = await provider.signIn('ann')
  expect(await check(old)).toMatchObject({ id: 'ann' })
  provider.rotateKeys()
  const fresh = await provider.signIn('ann')
  await expect(check(fresh)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await clock.pass(10_000)
  expect(await check(fresh)).toMatchObject({ id: 'ann' })
  await expect(check(old)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await clock.pass(10_000)
  await expect(check(old)).rejects.toMatchObject({ code: 'TOKEN_INVALID' })
})

const silent = { debug() {}, info() {}, warn() {}, error() {} }
