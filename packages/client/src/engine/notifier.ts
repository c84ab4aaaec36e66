import type { Clock } from '../platform/clock'
import { attempt, type Report } from './report'

/** Notifications in a row that may each begin with a change by a listener. More is a loop: a page would hang in it. */
const MOST_ROUNDS = 25
/** The rest of a loop is a separate task, after the page's other work. Browsers have no shorter timer here. */
const REST_MS = 4

/** What is notified of as a whole: the chat, a room, a presence watch. */
export type Topic = {
  /** Absent: of no room. */
  readonly roomId?: string
  /** The client's own: called at the end of each batch, before any listener. They change no state. */
  readonly observers: Set<() => void>
  /** Calls the app's listeners that have not seen this state yet; null: there are none (see the view store). */
  publish: ((failed: (error: unknown) => void) => void) | null
}

export const newTopic = (roomId?: string): Topic => ({
  ...(roomId === undefined ? {} : { roomId }),
  observers: new Set(),
  publish: null,
})

export type Notifier = {
  /** Notified with the next `flush`. */
  changed(topic: Topic): void
  /** The state is whole. `last`: it changes no more, so no loop is left either. */
  flush(last?: boolean): void
}

/**
 * Calls listeners after a change, each on its own, in rounds: what a listener changes is the next round, so that no
 * listener is called while another is, and none sees an older state after a newer one.
 *
 *   idle ──flush──▶ notifying ──nothing left──▶ idle
 *                       ╰──25 rounds──▶ waiting ──4 ms, or a flush──▶ notifying
 */
export function createNotifier(clock: Clock, report: Report): Notifier {
  /** Since the last flush. */
  const changed = new Set<Topic>()
  /** Whose listeners are still to be called. */
  const due = new Set<Topic>()
  let isNotifying = false
  let isLoopKnown = false
  let isLast = false
  let cancelRest = (): void => {}

  const observe = (): void => {
    for (const topic of changed) {
      due.add(topic)
      for (const observer of [...topic.observers])
        if (topic.observers.has(observer)) attempt(observer, (error) => report(error, { source: 'internal' }))
    }
    changed.clear()
  }

  const notify = (): void => {
    if (isNotifying) return
    isNotifying = true
    cancelRest()
    for (let round = 0; due.size > 0; round++) {
      if (round >= MOST_ROUNDS && !isLast) {
        postpone()
        break
      }
      const topics = [...due]
      due.clear()
      for (const topic of topics) topic.publish?.((error) => report(error, contextOf(topic)))
    }
    isNotifying = false
  }

  const postpone = (): void => {
    cancelRest = clock.setTimer(REST_MS, notify)
    if (isLoopKnown) return
    isLoopKnown = true
    const [topic = newTopic()] = due
    report(new Error('A listener changes the state in every notification: it never ends'), contextOf(topic))
  }

  return {
    changed: (topic) => changed.add(topic),
    flush: (last = false) => {
      isLast ||= last
      if (changed.size === 0) return
      observe()
      notify()
    },
  }
}

const contextOf = ({ roomId }: Topic) => ({
  source: 'listener' as const,
  ...(roomId === undefined ? {} : { roomId }),
})
