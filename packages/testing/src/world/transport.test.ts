import { test } from 'vitest'
import { transportContract } from '../contracts/transport'
import type { TransportPlace } from '../contracts/transport-probe'
import { ProcessClock } from './process-clock'
import { seedRooms } from './seed-rooms'
import { tokenOf } from './token'
import { LinkTransport } from './transport'
import { World } from './world'

/** What the simulator proves about the client rests on this: its network keeps the port's promises, and breaks no more. */
test.for(transportContract)('the world: $name', ({ run }) => run(placeOf))

async function placeOf(): Promise<TransportPlace> {
  const world = new World({ seed: 1 })
  await seedRooms(world, ['general'], ['ann'])
  const device = { name: 'ann', user: 'ann', isOnline: true }
  return {
    url: 'sim://roomful',
    transport: (_, onEvent) =>
      new LinkTransport(world.dialFrom(device), new ProcessClock(world.time, 'ann'), onEvent),
    token: tokenOf({ user: 'ann', sid: 'session' }),
    badToken: 'not-a-token',
    roomId: 'general',
    unplug: () => {
      device.isOnline = false
      for (const link of world.linksOf('ann')) link.cut(false)
    },
    plug: () => {
      device.isOnline = true
    },
    freeze: () => {
      for (const link of world.linksOf('ann')) link.blackhole('both')
    },
    until: async (what, condition) => {
      const end = world.time.now + 120_000
      while (!condition()) if (!(await world.turn(end))) throw new Error(`in vain: ${what}`)
    },
  }
}
