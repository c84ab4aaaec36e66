import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ignoreMissing } from '../files/file-errors'
import { type ApiKey, isScope, lineOf, newApiKey, parseKeys, revocationOf } from './api-keys'
import { SCOPES } from './operation'

/** A key of the server API as its file has it, without its hash. */
export type ListedApiKey = Omit<ApiKey, 'hash'>

/**
 * Makes a key of the server API and adds it to the file, which is made if it is missing, for its owner only. The key is
 * kept nowhere: this is the only time that it can be read. Throws a RangeError for a scope that does not exist.
 *
 * @example
 * const { key } = await createApiKey('./data/api-keys', ['users:write', 'rooms:write'])
 */
export async function createApiKey(
  file: string,
  scopes: readonly string[],
  createdAt = new Date().toISOString(),
): Promise<{ readonly key: string; readonly id: string }> {
  const wrong = scopes.filter((scope) => !isScope(scope))
  if (scopes.length === 0 || wrong.length > 0)
    throw new RangeError(
      `${wrong.join(', ') || 'nothing'} is no scope; those there are: ${SCOPES.join(', ')}, *`,
    )
  const { key, kept } = newApiKey(scopes.filter(isScope), createdAt)
  await mkdir(dirname(file), { recursive: true })
  await addLine(file, lineOf(kept), await readFile(file, 'utf8').catch(ignoreMissing))
  return { key, id: kept.id }
}

/** In one write at the end of the file: several programs may do so at once. `held`: what the file has. */
async function addLine(file: string, line: string, held = ''): Promise<void> {
  // An editor may have left the last line without its end: the new one must not become a part of it.
  const start = held === '' || held.endsWith('\n') ? '' : '\n'
  await appendFile(file, start + line, { mode: 0o600, flush: true })
}

/**
 * The keys of a file, in its order.
 *
 * @example
 * await createApiKey('./data/api-keys', ['*'])
 * for (const { id, scopes } of await listApiKeys('./data/api-keys')) console.log(id, scopes.join(' '))
 */
export async function listApiKeys(file: string): Promise<readonly ListedApiKey[]> {
  const { keys } = parseKeys(await readFile(file, 'utf8'))
  return keys.map(({ id, scopes, createdAt }) => ({ id, scopes, createdAt }))
}

/**
 * Revokes a key: servers refuse it from the next request on. Its line stays, and another one takes it away. False: the
 * file has no such key, or it is revoked already.
 *
 * @example
 * const { id } = await createApiKey('./data/api-keys', ['*'])
 * const isRevoked = await revokeApiKey('./data/api-keys', id)
 */
export async function revokeApiKey(file: string, id: string): Promise<boolean> {
  const held = await readFile(file, 'utf8')
  if (!parseKeys(held).keys.some((key) => key.id === id)) return false
  await addLine(file, revocationOf(id, new Date().toISOString()), held)
  return true
}
