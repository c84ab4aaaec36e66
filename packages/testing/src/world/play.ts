import { advance } from './advance'
import type { World } from './world'

/** How often time moves: what is due between two moves happens up to so much later. */
const TICK_MS = 8
/** The most that one move makes up for: a page in the background, or a closed laptop, has hours to make up. */
const MOVE_MAX_MS = 5_000

/** Moves a world's time on as it passes outside, until the returned function is called. What breaks is thrown to nobody. */
export function play(world: World, speed: number): () => void {
  let isOn = true
  let last = performance.now()
  const goesOn = (): boolean => isOn
  const move = async (): Promise<void> => {
    const now = performance.now()
    const passed = Math.min((now - last) * speed, MOVE_MAX_MS)
    last = now
    await advance(world, passed, goesOn)
    if (isOn) setTimeout(move, TICK_MS)
  }
  void move()
  return () => {
    isOn = false
  }
}
