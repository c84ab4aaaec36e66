import { hostname } from 'node:os'
import { LocalStoreError } from '../../port'
import { isMissing, isTaken } from './failure'
import { type Disk, FILE_MODE, inFolder, namesIn, readText } from './files'

/** The holder's heartbeat, and the silence after which it is suspect: for example a container that never came back. */
const BEAT_MS = 2_000
const DOUBTED_AFTER_MS = 10_000
/** A suspect holder is watched for a little longer than one beat: the clock may have been set instead. */
const WATCH_BEATS = 1.2
/** Two readings of this process's start differ by clock adjustments; two processes with one pid differ by more. */
const SAME_START_MS = 2_000

type Holder = { readonly pid: number; readonly host: string; readonly startedAt: number }

let self: Holder | undefined
/** Read once: a later clock change must not make this process look like another one. */
const me = (): Holder => {
  self ??= { pid: process.pid, host: hostname(), startedAt: Date.now() - process.uptime() * 1_000 }
  return self
}

export type Lock = {
  /** Rejects when another process took over, because this one was silent (stopped, asleep) for too long. */
  check(): Promise<void>
  release(): Promise<void>
}

/**
 * One process per folder, also across kill -9, reused pids, and containers that share a volume.
 *
 * A lock is a file `lock.N`; the highest N holds. To take it a process creates `lock.N+1`, which the file system grants
 * once; numbers never go back, so a slow process can never undo a later one. A released lock has no holder in it.
 */
export async function takeLock(disk: Disk, folder: string, beatMs = BEAT_MS): Promise<Lock> {
  for (;;) {
    const highest = await highestLock(disk, folder)
    if (highest > 0) await refuseIfHeld(disk, folder, highest, beatMs)
    const mine = highest + 1
    const path = lockPath(folder, mine)
    try {
      await disk.writeFile(path, JSON.stringify(me()), { flag: 'wx', mode: FILE_MODE })
    } catch (error) {
      if (isTaken(error)) continue
      throw error
    }
    // Between the check and the creation another process may have gone two numbers further and deleted the older locks.
    if ((await highestLock(disk, folder)) !== mine) {
      await disk.rm(path, { force: true })
      continue
    }
    for (const number of await lockNumbers(disk, folder))
      if (number < mine) await disk.rm(lockPath(folder, number), { force: true })
    return held(disk, folder, mine, beatMs)
  }
}

function held(disk: Disk, folder: string, mine: number, beatMs: number): Lock {
  const path = lockPath(folder, mine)
  const beat = setInterval(() => {
    const now = new Date()
    // `check` finds a lost lock before anything is written.
    disk.utimes(path, now, now).catch(() => clearInterval(beat))
  }, beatMs)
  beat.unref()
  return {
    check: async () => {
      if ((await highestLock(disk, folder)) !== mine)
        throw new LocalStoreError('lost', `another process took ${folder} over while this one was silent`)
    },
    release: async () => {
      clearInterval(beat)
      if ((await highestLock(disk, folder)) === mine) await disk.writeFile(path, '{}', { mode: FILE_MODE })
    },
  }
}

async function refuseIfHeld(disk: Disk, folder: string, number: number, beatMs: number): Promise<void> {
  const path = lockPath(folder, number)
  const beatAt = await lastBeat(disk, path)
  const holder = parseHolder(await readText(disk, path))
  // An empty file counts as `unknown`, so it holds: its owner is about to write its name.
  if (beatAt === null || holder === 'none' || (holder !== 'unknown' && isDead(holder))) return
  if (Math.abs(Date.now() - beatAt) > DOUBTED_AFTER_MS) {
    await new Promise((resolve) => setTimeout(resolve, beatMs * WATCH_BEATS))
    const next = await lastBeat(disk, path)
    if (next === null || next === beatAt) return
  }
  const who = holder === 'unknown' ? 'another process' : `process ${holder.pid} on ${holder.host}`
  throw new LocalStoreError('blocked', `${folder} is in use by ${who}: give each process a folder of its own`)
}

/** Null: the lock is gone. */
async function lastBeat(disk: Disk, path: string): Promise<number | null> {
  try {
    return (await disk.stat(path)).mtimeMs
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

function isDead({ pid, host, startedAt }: Holder): boolean {
  const own = me()
  if (host !== own.host) return false
  if (pid === own.pid) return Math.abs(startedAt - own.startedAt) > SAME_START_MS
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

function parseHolder(text: string | null): Holder | 'none' | 'unknown' {
  if (text === null) return 'none'
  try {
    const { pid, host, startedAt }: Record<string, unknown> = JSON.parse(text)
    if (pid === undefined) return 'none'
    if (typeof pid === 'number' && typeof host === 'string' && typeof startedAt === 'number')
      return { pid, host, startedAt }
  } catch {
    // Half written: its holder is writing it, or died while it wrote; then its silence shows that.
  }
  return 'unknown'
}

const lockPath = (folder: string, number: number): string => inFolder(folder, `lock.${number}`)

async function lockNumbers(disk: Disk, folder: string): Promise<number[]> {
  return (await namesIn(disk, folder)).flatMap((name) => {
    const [, number] = /^lock\.(\d+)$/.exec(name) ?? []
    return number === undefined ? [] : [Number(number)]
  })
}

const highestLock = async (disk: Disk, folder: string): Promise<number> =>
  Math.max(0, ...(await lockNumbers(disk, folder)))
