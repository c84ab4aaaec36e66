import { seededRandom } from '@roomful/client/faults'
import type { Side } from './side'

const PHRASES = [
  'is the train late again?',
  'on my way',
  'that works for me',
  'who has the notes from yesterday?',
  'the tunnel ate my last three words',
  'coffee first',
  'I will bring the drawings',
  'reading it now',
  'yes, and the second page too',
  'no signal here for a minute',
  'sounds good',
  'let us do it on Thursday',
] as const

/** More than these waiting, and the robot waits too: it is a fast typist, not a flood. */
const MOST_WAITING = 3_000
const TOUCH_SHARE = 0.08

export type Robot = {
  /** So much time has passed: writes what is due by then, at `perSecond` for each side. */
  pass(ms: number, perSecond: number, most: number): void
}

/** Two people who chat at an even pace, edit at times, and react. What they say is drawn from the seed. */
export function createRobot(sides: readonly Side[], seed: number): Robot {
  const random = seededRandom(seed)
  const numbers = new Map(sides.map((side) => [side, { sent: 0, due: 0 }]))
  return {
    pass: (ms, perSecond, most) => {
      for (const side of sides) {
        const state = numbers.get(side)
        // Nobody writes into a page that is still starting.
        if (!state || !side.life().hasRead()) continue
        state.due = Math.min(state.due + (ms / 1_000) * perSecond, perSecond * 5)
        while (state.due >= 1 && state.sent < most) {
          state.due--
          if (side.life().chat.getState().unsent > MOST_WAITING) break
          const phrase = PHRASES[Math.floor(random() * PHRASES.length)] ?? PHRASES[0]
          side.send(`#${++state.sent} ${phrase}`)
          if (random() < TOUCH_SHARE) side.touch(random)
        }
      }
    },
  }
}
