import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createChatServer } from '@roomful/server'
import { answerParent } from './child'
import { SECRET } from './device'
import { seed } from './seed'

/** The histogram counts from timer to timer, and this much of it is no delay. */
const RESOLUTION_MS = 5
const NANOS_A_MS = 1e6

/** Since the last request. */
export type Health = {
  readonly lagP99Ms: number
  readonly lagMaxMs: number
  readonly rssMb: number
  readonly cpuMs: number
}

const [database = ''] = process.argv.slice(2)
await seed(database)
const server = await createChatServer({
  port: 0,
  host: '127.0.0.1',
  database,
  defaultRooms: ['general'],
  auth: { jwtSecret: SECRET },
  // The limit of handshakes per address applies only behind a proxy, where an address is one person's.
  trustProxy: 1,
  logLevel: 'error',
})
const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
lag.enable()
let cpu = process.cpuUsage()
const millis = (nanos: number): number => Math.max(0, nanos / NANOS_A_MS - RESOLUTION_MS)

answerParent(server.url, (): Health => {
  const { user, system } = process.cpuUsage(cpu)
  cpu = process.cpuUsage()
  const health = {
    cpuMs: (user + system) / 1_000,
    lagP99Ms: millis(lag.percentile(99)),
    lagMaxMs: millis(lag.max),
    rssMb: process.memoryUsage().rss / 2 ** 20,
  }
  lag.reset()
  return health
})
