import { bad, type Finding, good, skipped, type Target } from './finding'

/** Does Redis answer, and does it keep to itself what a cluster needs? */
export async function checkRedis({ redis }: Pick<Target, 'redis'>): Promise<Finding> {
  if (redis === undefined) return skipped('redis', 'name it with --redis, where several servers share one')
  const { pingRedis } = await import('@roomful/server')
  try {
    const { version, policy, roundTripMs } = await pingRedis(redis)
    const found = `${version}, answers in ${roundTripMs} ms`
    if (policy === undefined || policy === 'noeviction') return good('redis', found)
    const fix = 'set maxmemory-policy noeviction: else it drops rooms that are in use when it is full'
    return bad('redis', `${found}, and its maxmemory-policy is ${policy}`, fix)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return bad('redis', why, 'does it listen there, and is the password right?')
  }
}
