import { expect, test } from 'vitest'
import type { WakeReason } from './environment'
import { reactNativeEnvironment } from './react-native-environment'

function modules() {
  const states = new Set<(state: string) => void>()
  const nets = new Set<(state: { isConnected: boolean | null }) => void>()
  return {
    states,
    nets,
    AppState: {
      addEventListener: (_: 'change', listener: (state: string) => void) => {
        states.add(listener)
        return { remove: () => void states.delete(listener) }
      },
    },
    NetInfo: {
      addEventListener: (listener: (state: { isConnected: boolean | null }) => void) => {
        nets.add(listener)
        return () => void nets.delete(listener)
      },
    },
  }
}

test('it wakes when the app is active again and when the network is back, and at nothing else', () => {
  const { states, nets, ...given } = modules()
  const woken: WakeReason[] = []
  const stop = reactNativeEnvironment(given).onWake((reason) => woken.push(reason))
  for (const state of ['inactive', 'background']) for (const listener of states) listener(state)
  for (const isConnected of [true, true, null, true]) for (const listener of nets) listener({ isConnected })
  expect(woken).toEqual([])
  for (const listener of states) listener('active')
  for (const isConnected of [false, true]) for (const listener of nets) listener({ isConnected })
  expect(woken).toEqual(['resume', 'online'])
  stop()
  expect([states.size, nets.size]).toEqual([0, 0])
})

test('either module may be left out', () => {
  reactNativeEnvironment({}).onWake(() => {})()
})
