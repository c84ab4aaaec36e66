import { type DBSchema, type IDBPDatabase, openDB } from 'idb'

/**
 * Who was last on which server, in a tiny database of its own: at a cold start the user is not known yet, and
 * `indexedDB.databases()` neither tells the last one nor exists everywhere. localStorage is missing in workers.
 */
interface Directory extends DBSchema {
  lastUsers: { key: string; value: string }
}

const NAME = 'roomful'

export const databaseName = (server: string, userId: string): string => `${NAME}:${server}:${userId}`

async function inDirectory<T>(work: (directory: IDBPDatabase<Directory>) => Promise<T>): Promise<T> {
  const directory = await open()
  try {
    return await work(directory)
  } finally {
    directory.close()
  }
}

const open = (): Promise<IDBPDatabase<Directory>> =>
  openDB<Directory>(NAME, 1, {
    upgrade: (directory, _from, _to, transaction) => {
      // A failed upgrade is told by the open request's error.
      transaction.done.catch(() => undefined)
      directory.createObjectStore('lastUsers')
    },
    blocking: (_current, _next, event) => {
      if (event.target instanceof IDBDatabase) event.target.close()
    },
  })

export const lastUser = (server: string): Promise<string | undefined> =>
  inDirectory((directory) => directory.get('lastUsers', server))

export const rememberUser = (server: string, userId: string): Promise<unknown> =>
  inDirectory((directory) => directory.put('lastUsers', userId, server))

export const forgetUser = (server: string): Promise<void> =>
  inDirectory((directory) => directory.delete('lastUsers', server))
