import type { Case, Protocol } from './case'
import { type Result, runCase, type User, type Users } from './run-case'

type SuiteOptions = {
  readonly url: string
  /** Tokens of three users; a missing one becomes a fresh guest per case. */
  readonly tokens?: Readonly<Partial<Record<'a' | 'b' | 'c', string>>>
  readonly protocols?: readonly Protocol[]
  /** Only cases whose name contains this. */
  readonly only?: string
  readonly onResult?: (result: Result) => void
}

/** Scripts have separate rooms, so some may run in parallel. */
const AT_ONCE = 4

/** Plays every case against a server, for each protocol that it is for. Results come in the order of the cases. */
export async function runSuite(cases: readonly Case[], options: SuiteOptions): Promise<Result[]> {
  const { url, tokens = {}, protocols = [1, 2], only = '' } = options
  const runs = cases
    .filter((one) => one.name.includes(only))
    .flatMap((one) =>
      one.protocols.filter((p) => protocols.includes(p)).map((protocol) => ({ one, protocol })),
    )
  const results = new Map<number, Result>()
  let next = 0
  const work = async (): Promise<void> => {
    for (let i = next++; i < runs.length; i = next++) {
      const run = runs[i]
      if (!run) return
      const result = await runCase(url, await usersOf(url, tokens), run.one, run.protocol)
      options.onResult?.(result)
      results.set(i, result)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result)
}

async function usersOf(url: string, tokens: NonNullable<SuiteOptions['tokens']>): Promise<Users> {
  const user = (who: 'a' | 'b' | 'c') => {
    const token = tokens[who]
    return token === undefined ? guest(url, `user-${who}`) : { id: subjectOf(token), token }
  }
  const [a, b, c] = await Promise.all([user('a'), user('b'), user('c')])
  return { a, b, c }
}

async function guest(url: string, name: string): Promise<User> {
  const response = await fetch(new URL('/auth/guest', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  })
  if (!response.ok)
    throw new Error(`${url} takes no guests (${response.status}): give --token-a, --token-b, --token-c`)
  const { token, user } = (await response.json()) as { token: string; user: { id: string } }
  return { id: user.id, token }
}

/** The user id in a JWT. Verifying it is up to the server. */
function subjectOf(token: string): string {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  if (typeof claims === 'object' && claims !== null && 'sub' in claims && typeof claims.sub === 'string') {
    return claims.sub
  }
  throw new Error('A token without `sub` names nobody')
}
