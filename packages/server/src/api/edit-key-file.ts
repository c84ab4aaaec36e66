import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeWhole } from '../files/durable-write'
import { ignoreMissing } from '../files/file-errors'
import { type ApiKey, isScope, lineOf, newApiKey, parseKeys } from './api-keys'
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
  const held = await readFile(file, 'utf8').catch(ignoreMissing)
  // An editor may have left the last line without its end: the new key must not become a part of it.
  const start = held === undefined || held === '' || held.endsWith('\n') ? '' : '\n'
  await appendFile(file, start + lineOf(kept), { mode: 0o600, flush: true })
  return { key, id: kept.id }
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
 * Takes a key out of the file: servers refuse it from the next request on. False: the file has no such key.
 *
 * @example
 * const { id } = await createApiKey('./data/api-keys', ['*'])
 * const isRevoked = await revokeApiKey('./data/api-keys', id)
 */
export async function revokeApiKey(file: string, id: string): Promise<boolean> {
  const lines = (await readFile(file, 'utf8')).split('\n')
  const kept = lines.filter((line) => !line.trimStart().startsWith(`${id} `))
  if (kept.length === lines.length) return false
  await writeWhole(file, kept.join('\n'))
  return true
}
