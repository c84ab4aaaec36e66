import { hashOf } from './audit'
import type { Verdict } from './lab-state'
import type { ServerTruth } from './server-truth'
import type { Side } from './side'

const STEP_MS = 250
/** After this the two are not equal, whatever the reason. */
const PATIENCE_MS = 180_000
const PAGE = 200

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits, with a good network, until nothing waits any more and both sides have all of it; then compares all three. */
export async function settle(sides: readonly [Side, Side], truth: ServerTruth): Promise<Verdict> {
  const until = performance.now() + PATIENCE_MS
  let verdict: Verdict
  do {
    await pause(STEP_MS)
    const isRead = await truth.readAll()
    const lastSeq = truth.rows().at(-1)?.seq ?? 0
    if (isRead && sides.every((side) => isQuiet(side, lastSeq))) await Promise.all(sides.map(loadAll))
    verdict = compare(sides, truth)
  } while (!verdict.isEqual && performance.now() < until)
  return verdict
}

function isQuiet(side: Side, lastSeq: number): boolean {
  const { chat, room } = side.life()
  const { status, lastSeq: seen } = room.getState()
  return chat.getState().unsent === 0 && status === 'live' && seen === lastSeq
}

/** After a reload only the newest page is loaded. */
async function loadAll(side: Side): Promise<void> {
  const { room } = side.life()
  while (room.getState().hasOlder)
    try {
      await room.loadOlder(PAGE)
    } catch {
      // The connection is gone again: the next round finds it.
      return
    }
}

function compare([one, other]: readonly [Side, Side], truth: ServerTruth): Verdict {
  const server = hashOf(truth.rows())
  const [anna, ben] = [hashOf(one.shown()), hashOf(other.shown())]
  return { server, anna, ben, isEqual: server === anna && server === ben }
}
