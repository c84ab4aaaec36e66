import type { LocalSpace } from '../../port'
import { parse } from '../records'
import { type Disk, readText, replaceFile } from './files'

/** Who was last on each server, in one small file that is replaced whole: it has no lock, and any process may write it. */
export function directorySpace(disk: Disk, path: string): LocalSpace {
  const read = async (): Promise<Record<string, unknown>> => {
    const users = parse(await readText(disk, path))
    // Damaged, it is only a convenience: the next open by id says it anew.
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
      const users = new Map(Object.entries(await read()))
      for (const [, server] of remove) users.delete(String(server))
      for (const [[, server], user] of put) users.set(String(server), user)
      await replaceFile(disk, path, JSON.stringify(Object.fromEntries(users)))
    },
    erase: () => disk.rm(path, { force: true }),
    close: async () => {},
  }
}
