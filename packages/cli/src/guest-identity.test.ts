import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { guestIdentity } from './guest-identity'

const URL = 'http://127.0.0.1:3000'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'guest-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

/** As one process of the command line has it. */
function identity() {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  const io = { stdin, stdout, stderr, env: { XDG_CONFIG_HOME: home }, signal: new AbortController().signal }
  return guestIdentity(io, URL, 'root')
}
const folder = () => join(home, 'roomful', 'guests')
const keepAll = (count: number) =>
  Promise.all(Array.from({ length: count }, (_, i) => identity().keep(`token ${i}`)))

/** Each round is another order of the steps of all. */
const ROUNDS = Array.from({ length: 100 }, (_, i) => i)

test('processes that come at once are one guest', async () => {
  for (const _ of ROUNDS) {
    const kept = new Set(await keepAll(6))
    expect([...kept]).toEqual([await identity().read()])
    expect(readdirSync(folder())).toHaveLength(1)
    rmSync(home, { recursive: true })
  }
})

test('they are one guest also where the file is damaged, or its guest was forgotten just now', async () => {
  const [one] = await keepAll(1)
  for (const round of ROUNDS) {
    const [file = ''] = readdirSync(folder())
    if (round % 2 === 0) writeFileSync(join(folder(), file), '{ half of i')
    else await identity().forget((await identity().read()) ?? '')
    const kept = new Set(await keepAll(6))
    expect([...kept]).toEqual([await identity().read()])
    expect(readdirSync(folder())).toHaveLength(1)
  }
  expect(one).toBe('token 0')
})

test('a file that leads nowhere is damaged, and not read for ever', async () => {
  await keepAll(1)
  const [file = ''] = readdirSync(folder())
  rmSync(join(folder(), file))
  symlinkSync('nowhere', join(folder(), file))
  expect(await identity().read()).toBeUndefined()
  expect(await keepAll(1)).toEqual(['token 0'])
  expect(await identity().read()).toBe('token 0')
})

test('what is forgotten is this token, and no other', async () => {
  const own = identity()
  await own.keep('old')
  await own.forget('another')
  expect(await own.read()).toBe('old')
  await own.forget('old')
  expect(await own.read()).toBeUndefined()
})

test('a folder that is a file is said', async () => {
  mkdirSync(join(home, 'roomful'))
  writeFileSync(folder(), 'a file')
  await expect(identity().keep('token')).rejects.toMatchObject({ code: 'FILE' })
})
