import type { Io } from './io'

/** The shortest time between two writes to a terminal. */
const EVERY_MS = 100

type Progress = { readonly count: number; add(count: number): void; end(): void }

/** A line with a counter on a terminal; nothing if standard error is a file or a pipe. */
export function showProgress(io: Io, what: string): Progress {
  const isWatched = io.stderr.isTTY === true
  let [count, shownAt] = [0, 0]
  const show = (): void => void io.stderr.write(`\r${count.toLocaleString('en')} messages ${what}`)
  return {
    get count() {
      return count
    },
    add(more) {
      count += more
      const now = Date.now()
      if (!isWatched || now - shownAt < EVERY_MS) return
      shownAt = now
      show()
    },
    end() {
      if (!isWatched || count === 0) return
      show()
      io.stderr.write('\n')
    },
  }
}
