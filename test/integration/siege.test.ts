import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PROGRAMS } from '../../packages/server/bench/siege/programs'
import { besiege, type Outcome } from '../../packages/server/bench/siege/siege'

/** A short `npm run siege`: it checks counts, not times, which need an idle machine. */
const GROUND = { listeners: 20, connections: 20 }
const TURNS = { count: 1, ms: 600, everyMs: 100 }
/** With a heap of 512 MB. */
const MOST_MB = 900
/** Frames to one device in a turn, beside the messages that users write. */
const MOST_FRAMES = 200

test('P10, P11, P12: 17 programs of one user, on 20 sockets, end no process and no connection, and send the others little', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-siege-'))
  const outcomes: Outcome[] = []
  const database = `sqlite:${join(folder, 'siege.db')}`
  for await (const outcome of besiege({ database, ...GROUND }, TURNS, PROGRAMS)) outcomes.push(outcome)
  rmSync(folder, { recursive: true, force: true })
  const seen = outcomes.map(({ program, siege, calm, attack, lost, exit }) => ({
    program,
    exit,
    lost,
    failures: ['INTERNAL', 'UNAVAILABLE', 'OVERLOADED'].filter((code) => code in attack.answers),
    isSmall: siege.rssMb < MOST_MB,
    isServed: siege.latencies.length > 0 && siege.latencies.every(Number.isFinite),
    isQuiet: siege.frames - calm.frames < MOST_FRAMES * GROUND.connections,
  }))
  const well = { exit: undefined, lost: 0, failures: [], isSmall: true, isServed: true, isQuiet: true }
  expect(seen).toEqual(PROGRAMS.map(({ name }) => ({ program: name, ...well })))
})
