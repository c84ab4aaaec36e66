import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { SCOPES, type Scope } from './operation'

/** A key of the server API, as it is kept: never the key itself. */
export type ApiKey = {
  readonly id: string
  /** SHA-256 of the key, in hex. The key is 32 random bytes: a slow hash would protect nothing more. */
  readonly hash: string
  readonly scopes: readonly (Scope | '*')[]
  readonly createdAt: string
}

const ID_BYTES = 6
const SECRET_BYTES = 32
/** No token of a user begins like this. */
export const looksLikeKey = (shown: string): boolean => shown.startsWith('rfk_')
const KEY = /^rfk_([0-9a-f]{12})_[\w-]{43}$/

/** A new key, and what is kept of it. */
export function newApiKey(scopes: ApiKey['scopes'], createdAt: string): { key: string; kept: ApiKey } {
  const id = randomBytes(ID_BYTES).toString('hex')
  const key = `rfk_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`
  return { key, kept: { id, hash: hashOf(key).toString('hex'), scopes, createdAt } }
}

/** One line of the file of keys: `id hash scopes created`. */
export const lineOf = ({ id, hash, scopes, createdAt }: ApiKey): string =>
  `${id} ${hash} ${scopes.join(',')} ${createdAt}\n`

/** The line that takes a key away: `revoked id time`. The file is only ever added to, so no two writers lose a line. */
export const revocationOf = (id: string, revokedAt: string): string => `revoked ${id} ${revokedAt}\n`
const REVOCATION = /^\s*revoked ([0-9a-f]{12})(\s|$)/

/**
 * The keys of a file that are not revoked, and the numbers of lines that say nothing. Empty lines and those that begin
 * with # are left out.
 */
export function parseKeys(text: string): { keys: readonly ApiKey[]; badLines: readonly number[] } {
  const keys: ApiKey[] = []
  const revoked = new Set<string>()
  const badLines: number[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    const key = keyOf(line)
    const revokedId = REVOCATION.exec(line)?.[1]
    if (key) keys.push(key)
    else if (revokedId !== undefined) revoked.add(revokedId)
    else badLines.push(index + 1)
  }
  return { keys: keys.filter(({ id }) => !revoked.has(id)), badLines }
}

function keyOf(line: string): ApiKey | undefined {
  const [id = '', hash = '', list = '', createdAt = '', ...more] = line.trim().split(/\s+/)
  const scopes = list.split(',')
  const isWhole = /^[0-9a-f]{12}$/.test(id) && /^[0-9a-f]{64}$/.test(hash) && more.length === 0
  return isWhole && scopes.every(isScope) ? { id, hash, scopes, createdAt } : undefined
}

export const isScope = (word: string): word is Scope | '*' =>
  word === '*' || SCOPES.some((scope) => scope === word)

export const permits = ({ scopes }: Pick<ApiKey, 'scopes'>, scope: Scope): boolean =>
  scopes.includes('*') || scopes.includes(scope)

/** The key that was shown, if it is one of these. A wrong one takes the same time, whatever is right in it. */
export function findKey(keys: readonly ApiKey[], shown: string): ApiKey | undefined {
  const id = KEY.exec(shown)?.[1]
  const hash = hashOf(shown)
  return keys.find((key) => key.id === id && timingSafeEqual(Buffer.from(key.hash, 'hex'), hash))
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest()
