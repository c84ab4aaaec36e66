import type { Device } from '../world/device'
import type { Program } from '../world/program'
import type { Random } from '../world/random'
import type { World } from '../world/world'

/** Tokens of a language model end anywhere, also within a character. */
const PIECES = ['It ', 'grows', ' by ', 'words. ', '👩‍🚀', '\ud83d', '\n', '']
const [HIGH, LOW] = ['\ud83d', '\ude80']
/** A source that says nothing for longer than a producer may be silent. */
const LONG_MS = 20_000

export type Source = {
  /** Its pieces, this text first. */
  beginning(text: string): AsyncIterable<string>
  /** Ends at its next piece. */
  calm(): void
  /** It was asked for text, and neither it nor its reader has ended it. */
  readonly isOpen: boolean
}

type Options = {
  readonly world: World
  readonly device: Device
  readonly program: Program
  readonly random: Random
  readonly asked: () => void
  readonly add: (piece: string) => void
}

/** A source with its own pace, which may fail. It runs in the app: it sleeps, and dies, with its device. */
export function drawSource({ world, device, program, random, asked, add }: Options): Source {
  const slowest = random.pick([0, 30, 200, 1_500])
  let left = random.range(0, 14)
  const fails = random.chance(0.15)
  let [isOpen, isCalm, isHalf] = [false, false, false]
  let awaken: (() => void) | undefined

  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (program.phase === 'dead') return
        if (device.isAsleep) world.time.schedule(500, 'a source sleeps', look)
        else resolve()
      }
      awaken = look
      world.time.schedule(ms, `${device.name} produces`, look)
    })
  const over = { done: true, value: undefined } as const
  const next = async (): Promise<IteratorResult<string, undefined>> => {
    const ms = random.chance(0.05) ? LONG_MS : random.range(0, slowest)
    if (ms > 0 && !isCalm) await wait(ms)
    if (!isOpen) return over
    if (isCalm || left-- <= 0) {
      isOpen = false
      if (fails) throw new Error('the source fails')
      return over
    }
    const value = isHalf ? LOW : random.chance(0.3) ? `${random.int(1_000)} ` : random.pick(PIECES)
    isHalf = value === HIGH
    add(value)
    return { done: false, value }
  }
  return {
    beginning: (text) => ({
      [Symbol.asyncIterator]: () => {
        isOpen = true
        let isFirst = text !== ''
        return {
          next: async () => {
            asked()
            if (!isFirst) return next()
            isFirst = false
            return { done: false, value: text }
          },
          return: async () => {
            isOpen = false
            return over
          },
        }
      },
    }),
    calm: () => {
      isCalm = true
      if (awaken) world.time.schedule(0, 'a source is calm', awaken)
    },
    get isOpen() {
      return isOpen
    },
  }
}
