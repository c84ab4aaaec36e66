import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '@roomful/testing/node'
import { PROGRAMS } from './programs'
import { besiege, type Turns } from './siege'
import { brokenPromises, heading, rowOf } from './verdict'

/**
 * `npm run siege`: the harm that an ordinary user can do to all others with their full allowance, 20 sockets and 100
 * requests a second on each. Exits with 1 if P10, P11 or P12 does not hold. Clients are in other processes than the
 * server.
 *
 *   npm run siege -- --only typing,reports --database sqlite --turns 5 --ms 4000
 *
 * `--control`: in turns of their own the attacker has a second server, on the same machine. The verdict does not change.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    database: { type: 'string' },
    turns: { type: 'string', default: '3' },
    ms: { type: 'string', default: '4000' },
    control: { type: 'boolean', default: false },
  },
})
const { only = '', database: wanted } = values
const turns: Turns = { count: Number(values.turns), ms: Number(values.ms), everyMs: 200 }
const programs = PROGRAMS.filter(({ name }) => only.split(',').some((part) => name.includes(part)))
const CROWDS = [
  { title: '200 listeners', listeners: 200, connections: 200 },
  { title: '2,000 connections, 200 of them listeners', listeners: 200, connections: 2_000 },
]
const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function run(
  title: string,
  makeDatabase: () => Promise<string>,
  crowd: (typeof CROWDS)[number],
): Promise<string[]> {
  say(`\n${title}, ${crowd.title}\n${heading()}`)
  const broken: string[] = []
  const database = await makeDatabase()
  const control = values.control ? { controlDatabase: await makeDatabase() } : {}
  for await (const outcome of besiege({ database, ...control, ...crowd }, turns, programs)) {
    say(rowOf(outcome, (turns.count * turns.ms) / 1_000))
    for (const promise of brokenPromises(outcome)) {
      say(`    ${promise}`)
      broken.push(`${title}, ${crowd.title}, ${outcome.program}: ${promise}`)
    }
  }
  return broken
}

const [cpu] = cpus()
say(`${cpu?.model.trim()} × ${cpus().length}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`)
const folder = mkdtempSync(join(tmpdir(), 'roomful-siege-'))
const broken: string[] = []
let databases = 0
try {
  if (wanted !== 'postgres')
    for (const crowd of CROWDS)
      broken.push(...(await run('SQLite', async () => `sqlite:${join(folder, `${databases++}.db`)}`, crowd)))
  if (wanted !== 'sqlite') {
    await using postgres = await startPostgres({ fsync: true })
    for (const crowd of CROWDS)
      broken.push(...(await run('Postgres', () => postgres.createDatabase(), crowd)))
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
say(broken.length === 0 ? '\nP10, P11 and P12 hold.' : `\nBroken:\n${broken.join('\n')}`)
process.exitCode = broken.length === 0 ? 0 : 1
