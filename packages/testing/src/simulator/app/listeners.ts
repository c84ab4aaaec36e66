import type { Device } from '../../world/device'
import type { Program } from '../../world/program'
import type { Random } from '../../world/random'
import type { World } from '../../world/world'
import type { Ledger } from '../ledger'
import { operateIn } from '../operations'
import type { Productions } from '../productions'
import type { Operation } from '../schedule'
import type { AppProfile } from './profile'

/** An action from inside a notification. */
const ACTS = {
  send: 6,
  edit: 3,
  'edit-pending': 2,
  'delete-pending': 1,
  cancel: 1,
  react: 2,
  read: 4,
  type: 2,
  draft: 2,
  open: 2,
  close: 2,
  older: 2,
  jump: 1,
  create: 0.3,
  join: 0.5,
  leave: 0.2,
} as const satisfies Partial<Record<Operation, number>>
/** Of one listener in its life. */
const ACTS_MAX = 3

type Scene = {
  readonly world: World
  readonly ledger: Ledger
  readonly productions: Productions
  readonly users: readonly string[]
  readonly rates: AppProfile['rates']
  readonly fail: (text: string) => Error
  /** Asked before each action. False: the faults have ended, or there were many at this instant. */
  readonly mayAct: () => boolean
  /** What else it does where it was called. */
  readonly more: (device: Device, random: Random) => void
}

/** Listeners that throw or reject, and listeners that do something. Undefined: this one behaves. */
export function drawListener(
  scene: Scene,
  { device, program, random, isSync }: { device: Device; program: Program; random: Random; isSync: boolean },
): (() => unknown) | undefined {
  const { rates, fail } = scene
  const throws = random.chance(rates['listener-throws'])
  const acts = random.chance(rates['listener-acts'])
  const style = random.pick(['once', 'sometimes', 'always'] as const)
  const isAsync = random.chance(0.2) && !isSync
  let calls = 0
  let left = acts ? random.range(1, ACTS_MAX) : 0
  if (!throws && !acts) return undefined
  return () => {
    if (program.phase === 'dead') return undefined
    program.ranClosed('a listener is called')
    calls++
    if (left > 0 && program.phase === 'running' && random.chance(0.3) && scene.mayAct()) {
      left--
      act(scene, device, random)
    }
    if (!throws || !(style === 'always' || (style === 'once' ? calls === 1 : random.chance(0.3))))
      return undefined
    const error = fail(`a listener throws ${style}`)
    if (isAsync) return Promise.reject(error)
    throw error
  }
}

function act({ world, ledger, productions, users, more }: Scene, device: Device, random: Random): void {
  if (random.chance(0.25)) {
    more(device, random)
    return
  }
  const rooms = [...world.truth.present.rooms.keys()]
  const open = [...device.opened]
  const roomId = random.pick(open.length > 0 ? open : rooms)
  operateIn({ world, ledger, productions, users, random, device, roomId }, random.weighted(ACTS))
}
