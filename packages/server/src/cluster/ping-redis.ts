const TIMEOUT_MS = 3_000

/** What a Redis answers about itself. `policy`: its maxmemory-policy, where it may be asked for. */
export type RedisAnswer = {
  readonly version: string
  readonly policy?: string
  readonly roundTripMs: number
}

/** Connects once, asks, and disconnects. Rejects with the reason where it does not answer within 3 s. */
export async function pingRedis(url: string): Promise<RedisAnswer> {
  // A quarter of a server's start otherwise, for a driver that most have no use for.
  const { Redis } = await import('ioredis')
  const redis = new Redis(url, {
    ...{ lazyConnect: true, connectTimeout: TIMEOUT_MS, commandTimeout: TIMEOUT_MS, maxRetriesPerRequest: 0 },
    retryStrategy: () => null,
  })
  // The rejection of `connect` has the same; without a listener it would be printed.
  let reason: Error | undefined
  redis.on('error', (error: Error) => {
    reason = error
  })
  try {
    await redis.connect()
    const begun = performance.now()
    await redis.ping()
    const roundTripMs = Math.round(performance.now() - begun)
    const info = await redis.info('server')
    const version = /redis_version:(\S+)/.exec(info)?.[1] ?? 'of an unknown version'
    // A hosted Redis may not allow the question.
    const found = await redis.config('GET', 'maxmemory-policy').catch(() => [])
    const policy = Array.isArray(found) && typeof found[1] === 'string' ? { policy: found[1] } : {}
    return { version, roundTripMs, ...policy }
  } catch (error) {
    throw reason ?? error
  } finally {
    redis.disconnect()
  }
}
