import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Staging } from './staging'

const NOW = 1_767_225_600_000
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-staging-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function* pieces(...all: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of all) yield Buffer.from(piece)
}

test('writes a body to the disk, and says how long it is, its hash, and whether it is text', async () => {
  const staging = await Staging.open(folder, NOW)
  const text = await staging.receive(pieces('gr', Buffer.from([0xc3]), Buffer.from([0xbc]), 'n'), 5)
  expect(text).toMatchObject({ size: 5, isText: true })
  expect(text?.sha256).toMatch(/^[0-9a-f]{64}$/)
  expect(readFileSync(text?.path ?? '', 'utf8')).toBe('grün')
  expect(await staging.receive(pieces(Buffer.from([0, 1, 2])), 5)).toMatchObject({ isText: false })
})

test('stops at the first byte too many, and leaves nothing', async () => {
  const staging = await Staging.open(folder, NOW)
  let asked = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      asked++
      yield new Uint8Array(1_000)
    }
  }
  expect(await staging.receive(endless(), 5_000)).toBeUndefined()
  expect(asked).toBe(6)
  expect(readdirSync(folder)).toEqual([])
})

test('a body that breaks off leaves nothing behind', async () => {
  const staging = await Staging.open(folder, NOW)
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half')
    throw new Error('the connection is gone')
  }
  await expect(staging.receive(broken(), 100)).rejects.toThrow('the connection is gone')
  expect(readdirSync(folder)).toEqual([])
})

test('removes uploads that were cut off long ago, and none under way', async () => {
  const [old, young] = [join(folder, 'old'), join(folder, 'young')]
  for (const path of [old, young]) writeFileSync(path, 'half of it')
  utimesSync(old, (NOW - 7_200_000) / 1000, (NOW - 7_200_000) / 1000)
  utimesSync(young, (NOW - 60_000) / 1000, (NOW - 60_000) / 1000)
  await Staging.open(folder, NOW)
  expect([existsSync(old), existsSync(young)]).toEqual([false, true])
})

test('without a folder it has one of its own, that no other user of the machine can read', async () => {
  const staging = await Staging.open(undefined, NOW)
  const staged = await staging.receive(pieces('secret'), 100)
  expect(staged?.path.startsWith(tmpdir())).toBe(true)
  rmSync(staged?.path ?? '')
})
