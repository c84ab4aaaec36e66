import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { configFolder } from './config-folder'
import { CliError } from './failure'
import type { Io } from './io'

/** Readable by the user only: a guest's token is that guest. */
const [FILE_MODE, FOLDER_MODE] = [0o600, 0o700]

/** A guest of one server under one name, kept over runs: the same person, and not a new member of its rooms each time. */
export type GuestIdentity = {
  /** The token of an earlier run. */
  read(): Promise<string | undefined>
  /** Keeps it, unless another process was quicker; returns the one that is kept. */
  keep(token: string): Promise<string>
  /** The server does not take it any more. */
  forget(token: string): Promise<void>
}

export function guestIdentity(io: Io, url: string, name: string): GuestIdentity {
  const folder = configFolder(io)
  if (folder === undefined)
    return { read: async () => undefined, keep: async (token) => token, forget: async () => {} }
  const server = new URL(url).href
  const key = createHash('sha256').update(`${server}\n${name}`).digest('hex').slice(0, 24)
  const guests = join(folder, 'guests')
  const fileOf = (version: number): string => join(guests, `${key}.${version}.json`)

  const versions = async (): Promise<number[]> =>
    ((await readdir(guests).catch(ignoreMissing)) ?? [])
      .map((file) =>
        file.startsWith(`${key}.`) ? Number(/^\.(\d+)\.json$/.exec(file.slice(key.length))?.[1]) : 0,
      )
      .filter((version) => version > 0)

  const newest = async (missing = 0): Promise<Version> => {
    const version = Math.max(0, ...(await versions()))
    if (version === 0) return { version, token: undefined }
    const text = await readFile(fileOf(version), 'utf8').catch(ignoreMissing)
    if (text !== undefined) return { version, token: tokenIn(text) }
    // Another process has made a newer one since. Listed again it is a link to nowhere: as damaged as any.
    return version === missing ? { version, token: undefined } : newest(version)
  }
  /** Makes the version after this one, unless another process was quicker. */
  const follow = async ({ version }: Version, token: string | undefined): Promise<boolean> => {
    const fresh = join(guests, `${randomUUID()}.new`)
    try {
      await mkdir(guests, { recursive: true, mode: FOLDER_MODE })
      await writeFile(fresh, `${JSON.stringify({ server, name, token })}\n`, { mode: FILE_MODE, flag: 'wx' })
      // A file appears whole, and at one process only.
      await link(fresh, fileOf(version + 1))
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false
      throw error
    } finally {
      await rm(fresh, { force: true })
    }
    const all = await versions()
    const last = Math.max(...all)
    await Promise.all(all.filter((each) => each < last).map((each) => rm(fileOf(each), { force: true })))
    // Where this process was slow, its number was free because it had been removed.
    return last === version + 1
  }
  const keep = async (token: string): Promise<string> => {
    for (;;) {
      const last = await newest()
      if (last.token !== undefined) return last.token
      if (await follow(last, token)) return token
    }
  }
  const forget = async (token: string): Promise<void> => {
    for (;;) {
      const last = await newest()
      if (last.token !== token || (await follow(last, undefined))) return
    }
  }
  const said = (error: unknown): never => {
    throw notKept(guests, error)
  }
  return {
    read: async () => (await newest().catch(said)).token,
    keep: (token) => keep(token).catch(said),
    forget: (token) => forget(token).catch(said),
  }
}

/**
 * Each change is a file of its own with the next number, and the newest counts: a file that is replaced or removed
 * could be that of a process that came between. Without a token: the guest was forgotten.
 */
type Version = { version: number; token: string | undefined }

/** No JSON any more, or of something else: a new guest takes its place. */
function tokenIn(text: string): string | undefined {
  try {
    const kept: unknown = JSON.parse(text)
    return typeof kept === 'object' && kept !== null && 'token' in kept && typeof kept.token === 'string'
      ? kept.token
      : undefined
  } catch {
    return undefined
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

const ignoreMissing = (error: unknown): undefined => {
  if (!hasCode(error, 'ENOENT')) throw error
}

function notKept(folder: string, cause: unknown): CliError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new CliError(
    'FILE',
    `the guest of this machine cannot be kept: ${why}`,
    `is ${folder} writable?`,
    1,
    {
      cause,
    },
  )
}
