import { WIRE_ERRORS } from '@roomful/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Chance } from './fuzz/chance'
import { fuzzInProcess } from './fuzz/in-process'
import { inputJson } from './fuzz/inputs'
import { faultOf } from './fuzz/judge'
import { fuzzOnSocket } from './fuzz/on-socket'
import { Pool } from './fuzz/valid'

/** Another seed by ROOMFUL_FUZZ_SEED; `npm run fuzz` runs many. */
const SEED = Number(process.env.ROOMFUL_FUZZ_SEED ?? 20_260_101)

const problems: unknown[] = []
const note = (problem: unknown): unknown => problems.push(problem)
beforeEach(() => {
  problems.length = 0
  process.on('unhandledRejection', note)
  process.on('uncaughtExceptionMonitor', note)
})
afterEach(() => {
  process.off('unhandledRejection', note)
  process.off('uncaughtExceptionMonitor', note)
  expect(problems).toEqual([])
})

test(`20,000 generated inputs in process, seed ${SEED}: each is answered, none by INTERNAL (P10)`, async () => {
  const tally = await fuzzInProcess(SEED, 20_000)
  process.stdout.write(`seed ${SEED}: ${tally}\n`)
  // They do not all fail the first check: a good part is accepted, and the rules refuse by many codes.
  for (const code of [
    'ok',
    'INVALID_PAYLOAD',
    'ROOM_NOT_FOUND',
    'FORBIDDEN',
    'UNKNOWN_EVENT',
    'CLIENT_ID_CONFLICT',
    'VERSION_CONFLICT',
  ])
    expect(tally.codes).toContain(code)
})

test(`2,000 generated frames on a socket, seed ${SEED}: answered or closed, and the server lives (P10)`, async () => {
  const tally = await fuzzOnSocket(SEED, 2_000)
  process.stdout.write(`seed ${SEED}: ${tally}\n`)
  for (const code of ['ok', 'INVALID_PAYLOAD', 'UNKNOWN_EVENT', 'closed']) expect(tally.codes).toContain(code)
})

test('the same seed draws the same inputs, and another one others', () => {
  const draw = (seed: number): string[] => {
    const chance = new Chance(seed)
    return Array.from({ length: 200 }, () => inputJson(chance, new Pool()))
  }
  expect(draw(SEED)).toEqual(draw(SEED))
  expect(draw(SEED)).not.toEqual(draw(SEED + 1))
})

test('inputs are JSON, as from a wire', () => {
  const chance = new Chance(SEED)
  for (let n = 0; n < 2_000; n++) expect(Array.isArray(JSON.parse(inputJson(chance, new Pool())))).toBe(true)
})

test.each([
  [undefined, 'no answer'],
  [{ ok: false, code: 'WHATEVER' }, 'no known code'],
  [{ ok: false, code: 'INTERNAL', retry: 'after', error: 'x', requestId: 'r' }, 'INTERNAL'],
  [
    { ok: false, code: 'FORBIDDEN', retry: 'after', error: 'x', requestId: 'r' },
    'the advice is not that of its code',
  ],
  [{ ok: false, code: 'FORBIDDEN', retry: 'never', error: WIRE_ERRORS.FORBIDDEN.text }, 'no requestId'],
])('an answer such as %j counts as wrong', (answer, fault) => {
  expect(faultOf(answer)).toBe(fault)
})
