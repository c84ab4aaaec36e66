import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startMeasured } from './measured'
import { StreamRoom, type Written } from './stream-room'
import type { How } from './stream-writers'

/**
 * `npm run bench:streams`: answers that grow in one room, written as streams, as one edit a token, as one edit a second; each on
 * a server of its own, on SQLite, with every commit synced to disk. Members are bare websockets, the first of them reads.
 *
 *   npm run bench:streams -- --streams 20 --members 20
 */
const { values: flags } = parseArgs({
  options: {
    members: { type: 'string', default: '100' },
    streams: { type: 'string', default: '100' },
    tokens: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '10' },
  },
})
const scale = {
  members: Number(flags.members),
  streams: Number(flags.streams),
  tokensPerSecond: Number(flags.tokens),
  seconds: Number(flags.seconds),
}
const WAYS: readonly How[] = ['stream', 'edit a second', 'edit a token']
const COLUMNS = [
  '',
  'tokens shown',
  'lag p50 ms',
  'p99 ms',
  'deliveries/s',
  'MB/s',
  'CPU % of a core',
  'CPU µs/token',
]

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const row = (cells: readonly string[]): void =>
  say(cells.map((cell, i) => (i === 0 ? cell.padEnd(14) : cell.padStart(16))).join(''))
const at = (ascending: readonly number[], part: number): number =>
  ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * part))] ?? Number.NaN
const whole = (value: number): string => Math.round(value).toLocaleString('en')

function report(
  way: How,
  { produced, shown, frames, bytes, lags }: Written,
  cpuMicros: number,
  seconds: number,
) {
  row([
    way,
    `${((shown / produced) * 100).toFixed(1)} %`,
    whole(at(lags, 0.5)),
    whole(at(lags, 0.99)),
    whole(frames / seconds),
    (bytes / seconds / 1e6).toFixed(1),
    whole(cpuMicros / seconds / 1e4),
    whole(cpuMicros / shown),
  ])
}

const [cpu] = cpus()
say(
  `${new Date().toISOString().slice(0, 10)}, ${cpu?.model.trim()} × ${cpus().length}, Node ${process.version}, ` +
    `load ${loadavg()[0]?.toFixed(1)} before it began`,
)
say(
  `${scale.members} members in one room, ${scale.streams} answers at once × ${scale.tokensPerSecond} tokens/s for ${scale.seconds} s\n`,
)
row(COLUMNS)
const folder = mkdtempSync(join(tmpdir(), 'roomful-bench-'))
try {
  for (const [no, way] of WAYS.entries()) {
    const server = await startMeasured('ours', [`sqlite:${folder}/${no}.db`])
    const room = await StreamRoom.gather(server.url, scale)
    const [before, begun] = [await server.cpuMicros(), performance.now()]
    const written = await room.write(way)
    report(way, written, (await server.cpuMicros()) - before, (performance.now() - begun) / 1_000)
    room.leave()
    await server.stop()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
