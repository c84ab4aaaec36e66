import type { LocalSpace } from '../../port'
import { parse } from '../records'
import { isMissing } from './failure'
import { type Disk, readText, replaceFile } from './files'

/** How often in a row another process may replace the file at the same moment. */
const MOST_TRIES = 100

/**
 * The last user on each server, in one small file that is replaced whole: it has no lock, and any process may write it.
 */
export function directorySpace(disk: Disk, path: string): LocalSpace {
  const read = async (): Promise<Record<string, unknown>> => {
    const users = parse(await readText(disk, path))
    // It is only a convenience: after damage the next open by id writes it anew.
    return typeof users === 'object' && users !== null ? { ...users } : {}
  }
  return {
    load: async (paths) => {
      const users = new Map(Object.entries(await read()))
      return paths.flatMap(([table, server]) =>
        [...users].flatMap(([name, user]) =>
          server === undefined || server === name ? [[[table, name], user] as const] : [],
        ),
      )
    },
    save: async ({ remove = [], put = [] }) => {
      for (let tries = 1; ; tries++) {
        const users = new Map(Object.entries(await read()))
        for (const [, server] of remove) users.delete(String(server))
        for (const [[, server], user] of put) users.set(String(server), user)
        try {
          return await replaceFile(disk, path, JSON.stringify(Object.fromEntries(users)))
        } catch (error) {
          // Another process has put the new file in its place, under the same name for a moment.
          if (!isMissing(error) || tries === MOST_TRIES) throw error
        }
      }
    },
    erase: () => disk.rm(path, { force: true }),
    close: async () => {},
  }
}
