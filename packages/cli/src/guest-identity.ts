import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
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
  const file = join(folder, 'guests', `${key}.json`)

  const read = async (from = file): Promise<string | undefined> => {
    try {
      const kept: unknown = JSON.parse(await readFile(from, 'utf8'))
      return typeof kept === 'object' && kept !== null && 'token' in kept && typeof kept.token === 'string'
        ? kept.token
        : undefined
    } catch (error) {
      // Not there, or no JSON any more: a new guest takes its place.
      if (error instanceof SyntaxError || hasCode(error, 'ENOENT')) return undefined
      throw notKept(file, error)
    }
  }
  /** Removes it if it still has this: what another process has put there meanwhile goes back. */
  const remove = async (token: string | undefined): Promise<void> => {
    const aside = `${file}.${randomUUID()}`
    try {
      await rename(file, aside)
      if ((await read(aside)) !== token) await link(aside, file)
    } catch (error) {
      if (!hasCode(error, 'ENOENT') && !hasCode(error, 'EEXIST')) throw notKept(file, error)
    } finally {
      await rm(aside, { force: true })
    }
  }
  /** Of processes that come at once one makes the file, and all are that guest. */
  const place = async (fresh: string, token: string): Promise<string> => {
    for (;;) {
      try {
        await link(fresh, file)
        return token
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw notKept(file, error)
      }
      const kept = await read()
      if (kept !== undefined) return kept
      await remove(undefined)
    }
  }
  return {
    read: () => read(),
    async keep(token) {
      const fresh = `${file}.${randomUUID()}`
      const text = `${JSON.stringify({ server, name, token })}\n`
      try {
        await mkdir(dirname(file), { recursive: true, mode: FOLDER_MODE })
        await writeFile(fresh, text, { mode: FILE_MODE, flag: 'wx' })
      } catch (error) {
        throw notKept(file, error)
      }
      try {
        return await place(fresh, token)
      } finally {
        await rm(fresh, { force: true })
      }
    },
    async forget(token) {
      if ((await read()) === token) await remove(token)
    },
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

function notKept(file: string, cause: unknown): CliError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new CliError('FILE', `the guest of this machine cannot be kept: ${why}`, `is ${file} writable?`, 1, {
    cause,
  })
}
