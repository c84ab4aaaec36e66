import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { realDisk } from './files'
import { takeLock } from './lock'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roomful-lock-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

const because = (reason: string) => expect.objectContaining({ name: 'LocalStoreError', reason })
/** A suspect holder is watched for a moment: in these tests holders do not beat unless the test makes them. */
const take = () => takeLock(realDisk, folder, 40)
const lockOf = (holder: { pid: number; host: string; startedAt: number }, number = 4) =>
  writeFile(join(folder, `lock.${number}`), JSON.stringify(holder))
const longAgo = new Date(Date.now() - 60_000)

test('one holder at a time; after a release the next one gets it', async () => {
  const first = await take()
  await expect(take()).rejects.toEqual(because('blocked'))
  await expect(take()).rejects.toThrow(`process ${process.pid} on ${hostname()}`)
  await first.release()
  const second = await take()
  await second.check()
  await second.release()
  expect(await readdir(folder)).toHaveLength(1)
})

test('of many at once exactly one gets it', async () => {
  await lockOf({ pid: 2 ** 30, host: hostname(), startedAt: 0 })
  const results = await Promise.allSettled(Array.from({ length: 20 }, take))
  const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  expect(won).toHaveLength(1)
  await won[0]?.check()
  await won[0]?.release()
})

test('a dead process holds nothing: killed, its pid reused by this one, or a container long silent', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((resolve) => child.on('exit', resolve))
  const dead = [
    { pid: child.pid ?? 0, host: hostname(), startedAt: Date.now() },
    { pid: process.pid, host: hostname(), startedAt: Date.now() - 3_600_000 },
  ]
  for (const holder of dead) {
    await lockOf(holder)
    await (await take()).release()
    await rm(folder, { recursive: true })
    folder = await mkdtemp(join(tmpdir(), 'roomful-lock-'))
  }
  await lockOf({ pid: 1, host: 'another-container', startedAt: 0 })
  await expect(take()).rejects.toEqual(because('blocked'))
  await utimes(join(folder, 'lock.4'), longAgo, longAgo)
  await (await take()).release()
})

test('a living process on this machine, and one that is just writing its name, hold', async () => {
  await lockOf({ pid: process.ppid, host: hostname(), startedAt: Date.now() })
  await expect(take()).rejects.toEqual(because('blocked'))
  await writeFile(join(folder, 'lock.4'), '')
  await expect(take()).rejects.toEqual(because('blocked'))
})

test.each([90, -90])('a clock set by %i days takes no lock from a living process', async (days) => {
  // Beats all the time, and is watched for a hundred of its beats: a late one is not to count as its death.
  const first = await takeLock(realDisk, folder, 5)
  const nowMs = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: nowMs + days * 86_400_000 })
  try {
    await expect(takeLock(realDisk, folder, 500)).rejects.toEqual(because('blocked'))
    await first.check()
  } finally {
    vi.useRealTimers()
  }
  await first.release()
})

test('a lock dated ahead by a wrong clock is free if its holder does not beat', async () => {
  await lockOf({ pid: 1, host: 'another-container', startedAt: 0 })
  const nextYear = new Date(Date.now() + 31_536_000_000)
  await utimes(join(folder, 'lock.4'), nextYear, nextYear)
  await (await take()).release()
})

test('a process silent for too long detects it before it writes, and leaves the other lock alone', async () => {
  const asleep = await takeLock(realDisk, folder)
  await utimes(join(folder, 'lock.1'), longAgo, longAgo)
  const next = await take()
  await expect(asleep.check()).rejects.toEqual(because('lost'))
  await asleep.release()
  await next.check()
  await next.release()
})
