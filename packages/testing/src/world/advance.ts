import type { World } from './world'

/**
 * So much virtual time passes, with everything that falls into it. Throws when an invariant is broken by it. It ends where
 * `goesOn` says so.
 */
export async function advance(world: World, ms: number, goesOn = (): boolean => true): Promise<void> {
  const { time, context } = world
  const until = time.now + ms
  while (goesOn() && (await world.turn(until))) if (context.violations.length > 0) break
  if (goesOn()) time.skipTo(until)
  const { violations } = context
  if (violations.length > 0) throw new Error(`Something is broken:\n${violations.join('\n')}`)
}
