import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@roomful/testing'
import { batchSizes } from './batch-sizes'
import { Contestant, type Round } from './contestant'
import { IN_FLIGHT, MEMBERS, SENDERS } from './crowd'

/**
 * `npm run bench:server`: sends a second of this server and of a literal handler of the reference document, on the
 * same database, in turns, each with a hundred members in one room. Fails where the ratio is below 8.
 */
const LEAST_RATIO = 8
const ROUNDS = Number(process.env.ROUNDS ?? 5)
const ROUND_MS = 4_000
const WARM_UP_MS = 2_000

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const at = (ascending: readonly number[], part: number): number =>
  ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * part))] ?? Number.NaN
const sendsPerSecond = ({ sends, seconds }: Round): number => sends / seconds
const whole = (value: number): string => Math.round(value).toLocaleString('en')
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const COLUMNS = ['', 'sends/s', 'deliveries/s', 'ack p50 ms', 'p99 ms', 'CPU µs/send', 'out of order']
const row = (cells: readonly string[]): void =>
  say(cells.map((cell, i) => (i === 0 ? cell.padEnd(20) : cell.padStart(13))).join(''))

function tell(name: string, rounds: readonly Round[]): void {
  const rate = median(rounds.map(sendsPerSecond))
  row([
    name,
    whole(rate),
    whole(rate * MEMBERS),
    median(rounds.map(({ latencies }) => at(latencies, 0.5))).toFixed(1),
    median(rounds.map(({ latencies }) => at(latencies, 0.99))).toFixed(1),
    whole(median(rounds.map(({ cpuMicros, sends }) => cpuMicros / sends))),
    whole(rounds.reduce((sum, { disorder }) => sum + disorder, 0)),
  ])
}

/** In turns, so that whatever else the machine does meets both alike; the ratio is each pair's own. */
async function compare(database: string, oursAt: string, literalAt: string): Promise<number> {
  const ours = await Contestant.enter('ours', oursAt)
  const literal = await Contestant.enter('literal', literalAt)
  const rounds: Record<'ours' | 'literal', Round[]> = { ours: [], literal: [] }
  for (const one of [ours, literal]) await one.round(WARM_UP_MS)
  for (let round = 0; round < ROUNDS; round++) {
    rounds.literal.push(await literal.round(ROUND_MS))
    rounds.ours.push(await ours.round(ROUND_MS))
  }
  const { mean, buckets } = await batchSizes(ours.url)
  for (const one of [ours, literal]) await one.leave()

  tell(`${database}, literal`, rounds.literal)
  tell(`${database}, ours`, rounds.ours)
  const ratios = rounds.ours.map((one, i) => {
    const other = rounds.literal[i]
    return other ? sendsPerSecond(one) / sendsPerSecond(other) : Number.NaN
  })
  const sizes = buckets.map(({ upTo, count }) => `≤ ${upTo}: ${count}`).join(', ')
  say(`  batch sizes: mean ${mean.toFixed(1)}; ${sizes}`)
  say(`  ratio: ${median(ratios).toFixed(1)} (rounds: ${ratios.map((ratio) => ratio.toFixed(1)).join(', ')})\n`)
  return median(ratios)
}

const [cpu] = cpus()
say(
  `${new Date().toISOString().slice(0, 10)}, ${cpu?.model.trim()} × ${cpus().length}, Node ${process.version}, ` +
    `load ${loadavg()[0]?.toFixed(1)} before it began`,
)
say(`${MEMBERS} members in one room, ${SENDERS} senders × ${IN_FLIGHT} in flight, every commit synced to disk\n`)
row(COLUMNS)
const folder = mkdtempSync(join(tmpdir(), 'roomful-bench-'))
const ratios: number[] = []
try {
  ratios.push(await compare('SQLite', `sqlite:${folder}/ours.db`, `sqlite:${folder}/literal.db`))
  await using postgres = await startPostgres({ fsync: true })
  ratios.push(await compare('Postgres', await postgres.createDatabase(), await postgres.createDatabase()))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const isEnough = ratios.every((ratio) => ratio >= LEAST_RATIO)
if (!isEnough) console.error(`At least ${LEAST_RATIO} times the literal handler is wanted on either database`)
process.exitCode = isEnough ? 0 : 1
