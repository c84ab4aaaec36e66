import type { Chart } from './chart'
import { type Contender, type ContenderName, type RunningServer, withServer } from './contender'
import { CONTENDERS } from './contenders'
import { Load, quantile, type Seen } from './load'
import { treeCpuMicros } from './process-cpu'
import { type Target, target } from './targets'

/** The crowd of the comparison. */
export const MEMBERS = 100
export const SENDERS = 10
export const IN_FLIGHT = 5
/** Of a Roomful server to the literal handler, in sends a second. */
const LEAST_RATIO = 8

/** `cpuMicros`: of the server, a send. Latencies in milliseconds. */
export type ServerRow = {
  readonly name: ContenderName
  readonly version: string
  readonly note: string
  readonly sendsPerSecond: number
  readonly cpuMicros: number
  readonly p50: number
  readonly p99: number
}

export type ServerResults = {
  readonly rows: readonly ServerRow[]
  readonly missing: readonly { readonly name: ContenderName; readonly why: string }[]
  readonly charts: readonly { readonly file: string; readonly chart: Chart }[]
  readonly targets: readonly Target[]
}

type Point = { readonly x: number; readonly y: number }
type Options = { readonly isQuick: boolean; readonly only: string; say(line: string): void }
type Measured = {
  readonly row: ServerRow
  readonly byRate: readonly Point[]
  readonly byMembers: readonly Point[]
}

/** One server after the other, each alone on the machine with the load. */
export async function measureServers({ isQuick, only, say }: Options): Promise<ServerResults> {
  const measured: Measured[] = []
  const missing: { name: ContenderName; why: string }[] = []
  for (const contender of CONTENDERS.filter(({ name }) => name.includes(only))) {
    say(`server: ${contender.name}`)
    try {
      measured.push(await measure(contender, isQuick))
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      say(`  not measured: ${why}`)
      missing.push({ name: contender.name, why: why.split('\n')[0] ?? '' })
    }
  }
  const series = (points: (one: Measured) => readonly Point[]) =>
    measured
      .map((one) => ({ name: one.row.name, points: points(one) }))
      .filter((one) => one.points.length > 0)
  const rate = (name: ContenderName): number =>
    measured.find(({ row }) => row.name === name)?.row.sendsPerSecond ?? Number.NaN
  const ratio = rate('Roomful') / rate('literal handler')
  return {
    rows: measured.map(({ row }) => row),
    missing,
    charts: [
      {
        file: 'server-latency',
        chart: {
          title: 'Median time to the acknowledgement, by load',
          x: 'sends offered a second',
          y: 'ms',
          series: series(({ byRate }) => byRate),
        },
      },
      {
        file: 'server-members',
        chart: {
          title: 'What one send costs the server, by members of the room',
          x: 'members, each with a connection',
          y: 'CPU µs',
          series: series(({ byMembers }) => byMembers),
        },
      },
    ],
    targets: [
      target(
        `server: at least ${LEAST_RATIO} times the sends a second of the literal handler`,
        ratio,
        ratio >= LEAST_RATIO,
      ),
    ],
  }
}

async function measure(contender: Contender, isQuick: boolean): Promise<Measured> {
  const ms = isQuick ? 500 : 3_000
  const version = contender.version()
  const main = await withServer(contender, async (server) => {
    const load = await Load.enter(contender.enter, server.url, MEMBERS)
    await load.closed(ms / 2, SENDERS, IN_FLIGHT)
    const rounds: { seen: Seen; cpuMicros: number }[] = []
    while (rounds.length < (isQuick ? 1 : 3)) rounds.push(await round(server, load, ms))
    const byRate = await latencies(load, isQuick)
    load.leave()
    return { rounds, byRate }
  })
  const { seen, cpuMicros } = middle(main.rounds)
  const row: ServerRow = {
    name: contender.name,
    version,
    note: contender.note,
    sendsPerSecond: seen.sends / seen.seconds,
    cpuMicros,
    p50: quantile(seen.latencies, 0.5),
    p99: quantile(seen.latencies, 0.99),
  }
  return { row, byRate: main.byRate, byMembers: await costs(contender, isQuick) }
}

async function round(
  server: RunningServer,
  load: Load,
  ms: number,
): Promise<{ seen: Seen; cpuMicros: number }> {
  const before = treeCpuMicros(server.pid)
  const seen = await load.closed(ms, SENDERS, IN_FLIGHT)
  return { seen, cpuMicros: (treeCpuMicros(server.pid) - before) / seen.sends }
}

/** The round with the median rate. */
function middle(rounds: readonly { seen: Seen; cpuMicros: number }[]): { seen: Seen; cpuMicros: number } {
  const sorted = [...rounds].sort((a, b) => a.seen.sends / a.seen.seconds - b.seen.sends / b.seen.seconds)
  const found = sorted[Math.floor(sorted.length / 2)]
  if (found === undefined) throw new Error('no round was measured')
  return found
}

/** Median latencies by offered load, until the server does not keep up. */
async function latencies(load: Load, isQuick: boolean): Promise<readonly Point[]> {
  const points: Point[] = []
  for (const perSecond of isQuick ? [20, 100] : [10, 30, 100, 300, 1_000, 2_000, 3_000, 5_000]) {
    const seen = await load.open(isQuick ? 500 : 1_500, SENDERS, perSecond)
    if (seen === undefined) break
    points.push({ x: perSecond, y: quantile(seen.latencies, 0.5) })
  }
  return points
}

/** CPU time of the server a send, by the size of its room: each on a fresh server, with one send in flight a sender. */
async function costs(contender: Contender, isQuick: boolean): Promise<readonly Point[]> {
  const points: Point[] = []
  for (const members of isQuick ? [10, 30] : [10, 100, 500])
    points.push({
      x: members,
      y: await withServer(contender, async (server) => {
        const load = await Load.enter(contender.enter, server.url, members)
        await load.closed(isQuick ? 200 : 700, SENDERS, IN_FLIGHT)
        const { cpuMicros } = await round(server, load, isQuick ? 500 : 1_500)
        load.leave()
        return cpuMicros
      }),
    })
  return points
}
