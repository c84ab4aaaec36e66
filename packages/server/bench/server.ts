import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '@roomful/testing/node'
import { batchSizes } from './batch-sizes'
import { Contestant, type Round } from './contestant'
import { IN_FLIGHT, MEMBERS, SENDERS } from './crowd'

/**
 * `npm run bench:server`: sends a second of this server and of a literal handler of the reference document, on the same
 * database, in turns, each with a hundred members in one room. Fails if the ratio is below 8.
 *
 *   npm run bench:server -- --before ../roomful-before
 *
 * With the checkout of an earlier commit (its packages installed) its server races too. Fails if this one is more than
 * 5 % slower.
 */
const LEAST_RATIO = 8
const LEAST_OF_BEFORE = 0.95
const ROUNDS = Number(process.env.ROUNDS ?? 5)
const ROUND_MS = 4_000
const WARM_UP_MS = 2_000

const { values: flags } = parseArgs({ options: { before: { type: 'string' } } })
const earlier = flags.before === undefined ? undefined : resolve(flags.before)

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const at = (ascending: readonly number[], part: number): number =>
  ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * part))] ?? Number.NaN
const sendsPerSecond = ({ sends, seconds }: Round): number => sends / seconds
const whole = (value: number): string => Math.round(value).toLocaleString('en')
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const COLUMNS = [
  '',
  'sends/s',
  'deliveries/s',
  'ack p50 ms',
  'p99 ms',
  'CPU µs/send',
  'crowd µs/send',
  'out of order',
]
const row = (cells: readonly string[]): void =>
  say(cells.map((cell, i) => (i === 0 ? cell.padEnd(20) : cell.padStart(14))).join(''))

function tell(name: string, rounds: readonly Round[]): void {
  const rate = median(rounds.map(sendsPerSecond))
  row([
    name,
    whole(rate),
    whole(rate * MEMBERS),
    median(rounds.map(({ latencies }) => at(latencies, 0.5))).toFixed(1),
    median(rounds.map(({ latencies }) => at(latencies, 0.99))).toFixed(1),
    whole(median(rounds.map(({ cpuMicros, sends }) => cpuMicros / sends))),
    whole(median(rounds.map(({ crowdMicros, sends }) => crowdMicros / sends))),
    whole(rounds.reduce((sum, { disorder }) => sum + disorder, 0)),
  ])
}

type Entry = { readonly name: string; readonly enter: () => Promise<Contestant> }

const entryOf = (title: string, root: string | undefined, database: string): Entry[] =>
  root === undefined
    ? []
    : [{ name: `${title}, before`, enter: () => Contestant.enter('ours', [database], { root }) }]

type Ratios = { readonly literal: number; readonly before: number }

/**
 * In turns, so that other load on the machine affects all alike; the ratio is each round's own. The first is ours, the
 * second is the yardstick; a third is for information; a fourth is the server of an earlier commit.
 */
async function compare(entries: readonly Entry[]): Promise<Ratios> {
  const racing = await Promise.all(
    entries.map(async ({ name, enter }) => ({ name, server: await enter(), rounds: [] as Round[] })),
  )
  for (const { server } of racing) await server.round(WARM_UP_MS)
  for (let round = 0; round < ROUNDS; round++)
    for (const { server, rounds } of racing) rounds.push(await server.round(ROUND_MS))
  for (const { name, rounds } of racing) tell(name, rounds)

  const [ours, literal, , before] = racing
  if (!ours || !literal) throw new Error('two have to race')
  await tellBatches(ours.server.url)
  for (const { server } of racing) await server.leave()
  const against = (name: string, others: readonly Round[]): number => {
    const ratios = ours.rounds.map((round, i) => {
      const other = others[i]
      return other ? sendsPerSecond(round) / sendsPerSecond(other) : Number.NaN
    })
    const rounds = ratios.map((ratio) => ratio.toFixed(2)).join(', ')
    say(`  ${name}: ${median(ratios).toFixed(2)} (rounds: ${rounds})`)
    return median(ratios)
  }
  const ratios = {
    literal: against('ratio to the literal handler', literal.rounds),
    before: before ? against('ratio to the earlier commit', before.rounds) : 1,
  }
  say('')
  return ratios
}

async function tellBatches(url: string): Promise<void> {
  const { mean, buckets, commitMs, fanOutMs } = await batchSizes(url)
  say(
    `  batch sizes: mean ${mean.toFixed(1)}; ${buckets.map(({ upTo, count }) => `≤ ${upTo}: ${count}`).join(', ')}`,
  )
  say(`  mean commit ${commitMs.toFixed(1)} ms, mean fan-out ${fanOutMs.toFixed(1)} ms`)
}

const [cpu] = cpus()
say(
  `${new Date().toISOString().slice(0, 10)}, ${cpu?.model.trim()} × ${cpus().length}, Node ${process.version}, ` +
    `load ${loadavg()[0]?.toFixed(1)} before it began`,
)
say(
  `${MEMBERS} members in one room, ${SENDERS} senders × ${IN_FLIGHT} in flight, every commit synced to disk\n`,
)
row(COLUMNS)
const folder = mkdtempSync(join(tmpdir(), 'roomful-bench-'))
const ratios: Ratios[] = []
try {
  const file = (name: string): string => `sqlite:${folder}/${name}.db`
  const sqlite: Entry[] = [
    { name: 'SQLite, ours', enter: () => Contestant.enter('ours', [file('ours')]) },
    { name: 'SQLite, literal', enter: () => Contestant.enter('literal', [file('literal')]) },
    {
      name: 'ours, random ids',
      enter: () => Contestant.enter('ours', [file('random')], { clientId: randomUUID }),
    },
    ...entryOf('SQLite', earlier, file('before')),
  ]
  ratios.push(await compare(sqlite))
  await using server = await startPostgres({ fsync: true })
  const [first, second, third, fourth] = [
    await server.createDatabase(),
    await server.createDatabase(),
    await server.createDatabase(),
    await server.createDatabase(),
  ]
  const postgres: Entry[] = [
    { name: 'Postgres, ours', enter: () => Contestant.enter('ours', [first]) },
    { name: 'Postgres, literal', enter: () => Contestant.enter('literal', [second]) },
    { name: 'same, unordered', enter: () => Contestant.enter('literal', [third, 'unordered']) },
    ...entryOf('Postgres', earlier, fourth),
  ]
  ratios.push(await compare(postgres))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const isEnough = ratios.every(({ literal }) => literal >= LEAST_RATIO)
if (!isEnough) console.error(`At least ${LEAST_RATIO} times the literal handler is wanted on either database`)
const isKept = ratios.every(({ before }) => before >= LEAST_OF_BEFORE)
if (!isKept) console.error(`At least ${LEAST_OF_BEFORE} of the earlier commit is wanted on either database`)
process.exitCode = isEnough && isKept ? 0 : 1
