import { readFile, stat } from 'node:fs/promises'
import type { Log } from '../ports/log'
import { type ApiKey, findKey, parseKeys } from './api-keys'

/** The keys of the server API. */
export interface ApiKeys {
  /** Undefined: it is none of them (any more). */
  find(shown: string): Promise<ApiKey | undefined>
}

/** No longer: every request reads the keys. */
const FILE_BYTES = 1_000_000

/**
 * The keys of a file, which is read again when it has changed: a key that is taken out of it is refused from the next
 * request on. While the file cannot be read, there are no keys.
 */
export function keyFile(path: string, log: Log): ApiKeys {
  let state = ''
  let keys: readonly ApiKey[] = []

  const read = async (): Promise<readonly ApiKey[]> => {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true })
    const now = `${ino} ${size} ${mtimeNs}`
    if (now === state) return keys
    if (size > FILE_BYTES) throw new Error(`it has more than ${FILE_BYTES} bytes`)
    const found = parseKeys(await readFile(path, 'utf8'))
    if (found.badLines.length > 0)
      log.warn({ path, lines: found.badLines }, 'lines of the file of API keys are none, and left out')
    log.info({ path, keys: found.keys.length }, 'the API keys were read')
    keys = found.keys
    state = now
    return keys
  }
  const current = (): Promise<readonly ApiKey[]> =>
    read().catch((error: unknown) => {
      if (state !== AWAY) {
        if (isMissing(error))
          log.warn({ path }, 'there is no file of API keys yet: `roomful api-key create` makes it')
        else log.error({ err: error, path }, 'the file of API keys cannot be read')
      }
      state = AWAY
      keys = []
      return keys
    })
  // The log shows at the start how many there are, or why there are none.
  void current()
  return { find: async (shown) => findKey(await current(), shown) }
}

const AWAY = 'away'

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
