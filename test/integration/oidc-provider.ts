import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { importJWK, SignJWT } from 'jose'
import Provider from 'oidc-provider'

/** What its access tokens are for: the address of the chat. */
export const AUDIENCE = 'https://app.example.com/api/chat'
const CLIENT = { client_id: 'web', redirect_uri: 'https://app.example.com/signed-in' }
const PICTURE = 'https://example.com/ann.png'

export type Tokens = { readonly access_token: string; readonly refresh_token: string }

/**
 * A real provider of OpenID Connect. Its users sign in without a form: their id is in `login_hint`. Its access tokens are
 * JWTs that say what others see of the user.
 */
export async function startOidcProvider() {
  let handle: RequestListener = (_, response) => response.end()
  const server = createServer((request, response) => handle(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('it does not listen')
  const issuer = `http://127.0.0.1:${address.port}`
  let key = newKey()
  const start = (): void => {
    handle = handlerOf(new Provider(issuer, configurationOf(key)))
  }
  start()

  const ask = async (body: Record<string, string>): Promise<Tokens> => {
    const form = new URLSearchParams({ client_id: CLIENT.client_id, ...body })
    const response = await fetch(`${issuer}/token`, { method: 'POST', body: form })
    if (!response.ok) throw new Error(await response.text())
    return response.json()
  }
  return {
    issuer,
    jwks: `${issuer}/jwks`,
    /** The authorization code flow with PKCE, as a browser and its app run it. */
    async signIn(userId: string): Promise<Tokens> {
      const verifier = randomBytes(32).toString('base64url')
      const query = new URLSearchParams({
        ...{ ...CLIENT, response_type: 'code', scope: 'openid chat', login_hint: userId },
        ...{ code_challenge: createHash('sha256').update(verifier).digest('base64url') },
        code_challenge_method: 'S256',
      })
      const back = await followed(`${issuer}/auth?${query}`, issuer)
      const { redirect_uri } = CLIENT
      const code = back.searchParams.get('code') ?? ''
      return ask({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri })
    },
    refresh: ({ refresh_token }: Tokens): Promise<Tokens> =>
      ask({ grant_type: 'refresh_token', refresh_token }),
    /** A token as it signs them, with these claims instead of its own. */
    async signed(userId: string, { audience = AUDIENCE, expiresAt = Date.now() / 1_000 + 60 } = {}) {
      const jwt = new SignJWT({ name: 'Ann' }).setSubject(userId).setIssuer(issuer).setAudience(audience)
      const header = { alg: 'ES256', typ: 'at+jwt', kid: String(key.kid) }
      const at = Math.floor(expiresAt)
      return jwt
        .setProtectedHeader(header)
        .setIssuedAt(at - 60)
        .setExpirationTime(at)
        .sign(await importJWK(key))
    },
    /** From now on it has another key, and its old one no more. */
    rotateKeys(): void {
      key = newKey()
      start()
    },
    async close(): Promise<void> {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

let keys = 0
const newKey = () => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  ...{ kty: 'EC' as const, kid: `key-${++keys}`, use: 'sig', alg: 'ES256' },
})

const configurationOf = (key: ReturnType<typeof newKey>): ConstructorParameters<typeof Provider>[1] => ({
  clients: [
    {
      ...{ client_id: CLIENT.client_id, redirect_uris: [CLIENT.redirect_uri], response_types: ['code'] },
      ...{ grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'none' },
      id_token_signed_response_alg: 'ES256',
    },
  ],
  jwks: { keys: [key] },
  cookies: { keys: [randomBytes(16).toString('hex')] },
  ttl: { AccessToken: 60, Grant: 600, IdToken: 60, Interaction: 600, RefreshToken: 600, Session: 600 },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  extraTokenClaims: () => ({ name: 'Ann of the provider', picture: PICTURE }),
  issueRefreshToken: () => true,
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  // Nobody is asked whether the app may do it: it is the provider's own.
  async loadExistingGrant({ oidc }) {
    const ids = { clientId: oidc.client?.clientId, accountId: oidc.session?.accountId }
    const grant = new oidc.provider.Grant(ids)
    grant.addOIDCScope('openid')
    grant.addResourceScope(AUDIENCE, 'chat')
    await grant.save()
    return grant
  },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => AUDIENCE,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        ...{ scope: 'chat', audience: AUDIENCE, accessTokenFormat: 'jwt' },
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
})

function handlerOf(provider: Provider): RequestListener {
  const callback = provider.callback()
  const signIn: RequestListener = async (request, response) => {
    const { params } = await provider.interactionDetails(request, response)
    const login = { accountId: String(params.login_hint) }
    await provider.interactionFinished(request, response, { login })
  }
  return (request, response) =>
    void (request.url?.startsWith('/interaction/') ? signIn(request, response) : callback(request, response))
}

/** Where it leads out of the provider, with cookies as a browser keeps them. */
async function followed(from: string, issuer: string): Promise<URL> {
  const cookies = new Map<string, string>()
  let at = new URL(from)
  while (at.origin === issuer) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const response = await fetch(at, { redirect: 'manual', headers: { cookie } })
    for (const [, name = '', value = ''] of response.headers
      .getSetCookie()
      .map((line) => /^([^=]+)=([^;]*)/.exec(line) ?? []))
      cookies.set(name, value)
    const location = response.headers.get('location')
    if (location === null) throw new Error(`${response.status}: ${await response.text()}`)
    at = new URL(location, at)
  }
  return at
}
