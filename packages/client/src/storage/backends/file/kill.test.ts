import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ann, fileCopy } from './fixture'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roomful-kill-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

/** Writes entry after entry, each with a room, and prints each number once it is stored; compacts all the time. */
const script = (state: string, first: number) => `
  import { fileStore } from ${JSON.stringify(join(import.meta.dirname, '../file.ts'))}
  import { createCopy } from ${JSON.stringify(join(import.meta.dirname, '../../create-copy.ts'))}
  const store = createCopy(fileStore(${JSON.stringify(state)}, { logBytes: 3_000 }))
  await store.open(${JSON.stringify(ann)})
  for (let i = ${first}; ; i++) {
    await store.write({ putEntries: [{ clientId: 'c' + i, roomId: 'r1', order: i, data: 'x'.repeat(i % 300) }] })
    process.stdout.write(i + '\\n')
  }
`

/** Kills the writer with -9 once it has confirmed this many; returns the last number it confirmed. */
async function killAfter(count: number, state: string, first: number): Promise<number> {
  const file = join(folder, 'writer.mts')
  await writeFile(file, script(state, first))
  const child = spawn(process.execPath, ['--import', 'tsx', file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.on('close', resolve))
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (output.split('\n').length > count) child.kill('SIGKILL')
  })
  await ended
  return Number(output.trimEnd().split('\n').at(-1))
}

test('kill -9 during a write: everything confirmed is there, without a hole, and the next process continues', async () => {
  const state = join(folder, 'state')
  let next = 0
  for (const count of [1, 20, 60]) {
    const last = await killAfter(count, state, next)
    expect(last).toBeGreaterThanOrEqual(next + count - 1)
    const store = fileCopy(state)
    const { entries, damage } = await store.open(ann)
    await store.close()
    expect(damage).toBeUndefined()
    // The write in progress may have arrived too.
    expect([last + 1, last + 2]).toContain(entries.length)
    expect(entries.map((entry) => entry.order)).toEqual(entries.map((_, i) => i))
    next = entries.length
  }
})
