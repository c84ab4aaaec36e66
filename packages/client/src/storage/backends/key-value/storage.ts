import { LocalStoreError } from '../../port'

/**
 * Asynchronous storage of texts by key, such as React Native's AsyncStorage. `setItem` must replace a value whole or
 * not at all. The `multi…` calls are used if they exist; `getAllKeys` allows a cleanup after a crash.
 */
export interface KeyValueStorage {
  getItem(key: string): Promise<string | null>
  setItem(key: string, value: string): Promise<unknown>
  removeItem(key: string): Promise<unknown>
  multiGet?(keys: readonly string[]): Promise<readonly (readonly [string, string | null])[]>
  multiSet?(pairs: readonly [string, string][]): Promise<unknown>
  multiRemove?(keys: readonly string[]): Promise<unknown>
  getAllKeys?(): Promise<readonly string[]>
}

export async function getMany(
  storage: KeyValueStorage,
  keys: readonly string[],
): Promise<Map<string, string>> {
  const pairs = storage.multiGet
    ? await storage.multiGet(keys)
    : await Promise.all(keys.map(async (key) => [key, await storage.getItem(key)] as const))
  return new Map(pairs.flatMap(([key, value]) => (value === null ? [] : [[key, value]])))
}

export async function setMany(storage: KeyValueStorage, pairs: readonly [string, string][]): Promise<void> {
  if (pairs.length === 0) return
  if (storage.multiSet) await storage.multiSet(pairs)
  else for (const [key, value] of pairs) await storage.setItem(key, value)
}

export async function removeMany(storage: KeyValueStorage, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return
  if (storage.multiRemove) await storage.multiRemove(keys)
  else for (const key of keys) await storage.removeItem(key)
}

export function failureOf(error: unknown): LocalStoreError {
  if (error instanceof LocalStoreError) return error
  const text = error instanceof Error ? `${error.name} ${error.message}` : String(error)
  // There is no common code: SQLITE_FULL, QuotaExceededError, ENOSPC, "database or disk is full".
  const reason = /quota|full|enospc|no space/i.test(text) ? 'quota' : 'lost'
  return new LocalStoreError(reason, text, { cause: error })
}
