import { subjectLogin } from '../engine/login'
import { type LocalScope, serverName } from './local-copy'
import type { LocalPath, LocalRecord, LocalSpace, LocalStore } from './port'

/** The small space that knows who is on this device. */
const NAME: readonly string[] = []

type Directory = {
  /**
   * The user whose copy it is. With a `userId` it is remembered that they were here, and by which login. Else it is the user
   * whom that login named before, or, without a login, the only one of this device. Undefined: not known, or signed out.
   */
  userOf(scope: LocalScope): Promise<string | undefined>
  forget(server: string, userId: string): Promise<void>
}

/** Who was last here, and the logins of all: as they are stored, and completed. */
type Known = {
  readonly last: string | null
  readonly stored: ReadonlyMap<string, string>
  readonly logins: ReadonlyMap<string, string>
}

/** Two kinds of records in `lastUsers`: server → who was last here; server and user → the login by which they were here last. */
export function createDirectory(store: LocalStore): Directory {
  async function inSpace<T>(work: (space: LocalSpace) => Promise<T>): Promise<T> {
    const space = await store.open(NAME)
    try {
      return await work(space)
    } finally {
      await space.close()
    }
  }

  async function read(space: LocalSpace, server: string): Promise<Known> {
    let last: string | null = null
    const stored = new Map<string, string>()
    for (const [[, key], value] of await space.load([['lastUsers']])) {
      if (typeof key !== 'string' || typeof value !== 'string') continue
      if (key === server) last = value
      if (key.startsWith(`${server} `)) stored.set(key.slice(server.length + 1), value)
    }
    const logins = new Map(stored)
    // Written before logins were remembered.
    if (last !== null && !logins.has(last)) logins.set(last, UNKNOWN)
    return { last, stored, logins }
  }

  return {
    userOf: ({ url, userId, login = null }) =>
      inSpace(async (space) => {
        const server = serverName(url)
        const { last, stored, logins } = await read(space, server)
        if (userId === null) return login === null ? onlyOne(last, logins) : ownerOf(logins, login)
        const next = new Map([...logins].map(([id, theirs]) => [id, theirs === login ? UNKNOWN : theirs]))
        next.set(userId, login ?? logins.get(userId) ?? UNKNOWN)
        const put: LocalRecord[] = [...next]
          .filter(([id, theirs]) => theirs !== stored.get(id))
          .map(([id, theirs]) => [path(server, id), theirs])
        if (last !== userId) put.push([lastPath(server), userId])
        if (put.length > 0) await space.save({ put })
        return userId
      }),

    forget: (server, userId) =>
      inSpace(async (space) => {
        const { last } = await read(space, server)
        await space.save({ remove: [path(server, userId), ...(last === userId ? [lastPath(server)] : [])] })
      }),
  }
}

/** The login of a user is not known. */
const UNKNOWN = ''

const lastPath = (server: string): LocalPath => ['lastUsers', server]
const path = (server: string, userId: string): LocalPath => ['lastUsers', `${server} ${userId}`]

/** The user who was last here has not signed out, and there is no other. */
const onlyOne = (last: string | null, logins: ReadonlyMap<string, string>): string | undefined =>
  last !== null && logins.size === 1 ? last : undefined

function ownerOf(logins: ReadonlyMap<string, string>, login: string): string | undefined {
  const known = [...logins].find(([, theirs]) => theirs === login)
  const assumed = [...logins].find(([userId, theirs]) => theirs === UNKNOWN && subjectLogin(userId) === login)
  return (known ?? assumed)?.[0]
}
