import { asUserId, type UserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import type { BusMessage } from '../cluster/bus'
import { ManualClock } from '../node/test-node'
import type { Device } from './device'
import { DeviceRegistry } from './device-registry'
import { Presence } from './presence'

const ANN = asUserId('ann')
type Message = Extract<BusMessage, { type: 'presence' | 'presences' }>

/** Nodes whose messages to each other wait until the test delivers them. */
function nodes(...ids: readonly string[]) {
  const clock = new ManualClock()
  const seen: [node: string, userId: UserId, isConnected: boolean][] = []
  const waiting: { readonly from: string; readonly message: Message }[] = []
  const made = ids.map((nodeId) => {
    const present = new Set<Device>()
    const devices = Object.assign(new DeviceRegistry(), { of: () => present })
    const presence: Presence = new Presence({
      ...{ nodeId, clock, devices },
      publish: (message) => {
        receive(presence, message)
        waiting.push({ from: nodeId, message })
      },
      onConnection: (userId, isConnected) => void seen.push([nodeId, userId, isConnected]),
    })
    return { nodeId, presence, present }
  })
  const receive = (presence: Presence, message: Message): void => {
    if (message.type === 'presence') presence.apply(message)
    else presence.applyAll(message)
  }
  const deliver = (): void => {
    for (const { from, message } of waiting.splice(0))
      for (const { nodeId, presence } of made) if (nodeId !== from) receive(presence, message)
  }
  const device = { status: 'online' } as Device
  return {
    ...{ clock, seen, deliver, made },
    come: (place: number) => {
      made[place]?.present.add(device)
      made[place]?.presence.update(ANN)
    },
    go: (place: number) => {
      made[place]?.present.clear()
      made[place]?.presence.update(ANN)
    },
  }
}

test('a user who leaves two nodes at the same moment is seen to leave, once', async () => {
  const { clock, seen, deliver, come, go } = nodes('a', 'b')
  for (const place of [0, 1]) {
    come(place)
    deliver()
  }
  expect(seen).toEqual([['a', ANN, true]])
  for (const place of [0, 1]) go(place)
  // Both wait five seconds, and neither knows of the other's end.
  await clock.pass(5_000)
  deliver()
  expect(seen.slice(1)).toEqual([['a', ANN, false]])
})

test('one who leaves one node after the other, too, is seen once, by the last', async () => {
  const { clock, seen, deliver, come, go } = nodes('a', 'b')
  for (const place of [0, 1]) {
    come(place)
    deliver()
  }
  for (const place of [0, 1]) {
    go(place)
    await clock.pass(5_000)
    deliver()
  }
  expect(seen.slice(1)).toEqual([['b', ANN, false]])
})

test('one who comes back at one of them meanwhile is not seen to leave', async () => {
  const { clock, seen, deliver, come, go } = nodes('a', 'b')
  for (const place of [0, 1]) {
    come(place)
    deliver()
  }
  for (const place of [0, 1]) go(place)
  await clock.pass(4_000)
  come(1)
  await clock.pass(5_000)
  deliver()
  expect(seen).toEqual([['a', ANN, true]])
})
