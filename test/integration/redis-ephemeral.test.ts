import { afterAll, beforeAll } from 'vitest'
import { ephemeralContract } from '../../packages/server/src/ephemeral/contract/ephemeral-contract'
import { openRedisEphemeral } from '../../packages/server/src/ephemeral/redis/redis-ephemeral'
import { systemClock } from '../../packages/server/src/ports/clock'
import { startRedis, type TestRedis } from '../../packages/testing/src/redis'

const log = { debug() {}, info() {}, warn() {}, error() {} }
let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis[Symbol.asyncDispose]())

let epochs = 0
const newEpoch = (): string => `epoch-${++epochs}`
const open = (options: Partial<Parameters<typeof openRedisEphemeral>[0]> = {}) =>
  openRedisEphemeral({ url: redis.url, epoch: newEpoch(), clock: systemClock, log, ...options })

ephemeralContract('redis', async (options) => {
  const store = await open(options)
  return {
    store,
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    dispose: () => store.close(),
  }
})
