import { SingleBar } from 'cli-progress'
import type { Io } from './io'

/** The shortest time between two lines in a log. */
const LINE_EVERY_MS = 5_000
/** The bar's unit: finer than a terminal shows it. */
const WHOLE = 1_000

type Options = {
  /** Such as `messages sent`. */
  readonly what: string
  readonly quiet?: boolean | undefined
  readonly json?: boolean | undefined
}

export type Progress = {
  readonly count: number
  add(count: number): void
  /** Which part of the whole is done, from 0 to 1: then there is a bar, and the time left. */
  reached(part: number): void
  /** Leaves the count, the time and the rate. Twice is once. */
  end(): void
}

/**
 * How far a command is, on standard error: a bar in a terminal, which leaves nothing behind; lines in a file or a pipe, of
 * which the last one has the rate. Nothing with `--quiet`, nor with `--json`.
 */
export function showProgress(io: Io, { what, quiet = false, json = false }: Options): Progress {
  const begun = Date.now()
  const bar = io.stderr.isTTY === true && !quiet && !json ? terminalBar(io) : undefined
  let [count, part, shownAt, isEnded] = [0, 0, begun, false]
  const rate = (): string => perSecond(count, Date.now() - begun)
  /** By the part that is done: all parts are taken to be as fast. */
  const left = (before: string): string =>
    part === 0 ? '' : `${before}${timeOf(((Date.now() - begun) * (1 - part)) / part)} left`
  const show = (): void => {
    const now = Date.now()
    if (bar) bar(part, `${count.toLocaleString('en')} ${what} · ${rate()}${left(' · ')}`)
    else if (!quiet && !json && now - shownAt >= LINE_EVERY_MS) {
      shownAt = now
      const share = part > 0 ? `, ${Math.floor(part * 100)} %` : ''
      io.stderr.write(`${count.toLocaleString('en')} ${what}${share}, ${rate()}${left(', ')}\n`)
    }
  }
  return {
    get count() {
      return count
    },
    add(more) {
      count += more
      show()
    },
    reached(done) {
      part = Math.min(1, Math.max(0, done))
    },
    end() {
      if (isEnded) return
      isEnded = true
      bar?.('end')
      if (quiet || json || count === 0) return
      const seconds = ((Date.now() - begun) / 1_000).toFixed(1)
      io.stderr.write(`${count.toLocaleString('en')} ${what} in ${seconds} s, ${rate()}\n`)
    },
  }
}

const perSecond = (count: number, ms: number): string =>
  `${Math.round((count * 1_000) / Math.max(1, ms)).toLocaleString('en')} a second`

const timeOf = (ms: number): string =>
  ms < 90_000 ? `${Math.ceil(ms / 1_000)} s` : `${Math.ceil(ms / 60_000)} min`

/** `end`, or which part is done, and the text. It is there from the first call on. */
function terminalBar(io: Io): (...shown: ['end'] | [number, string]) => void {
  let bar: SingleBar | undefined
  let hasPart = false
  const start = (): SingleBar => {
    const made = new SingleBar({
      stream: io.stderr,
      format: hasPart ? '{bar} {percentage} % · {text}' : '{text}',
      ...{ barsize: 24, barCompleteChar: '█', barIncompleteChar: '░' },
      // A line that is gone when the command ends, however it ends: no hidden cursor, no handlers of signals.
      ...{ clearOnComplete: true, hideCursor: false, gracefulExit: false, linewrap: true },
    })
    made.start(WHOLE, 0, { text: '' })
    return made
  }
  return (...shown) => {
    if (shown[0] === 'end') return bar?.stop()
    const [part, text] = shown
    if (part > 0 !== hasPart) {
      hasPart = part > 0
      bar?.stop()
      bar = undefined
    }
    bar ??= start()
    bar.update(Math.round(part * WHOLE), { text })
  }
}
