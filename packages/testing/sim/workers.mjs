import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/**
 * Client and server in one process are much code, of which little is hot: compiling all of it at once with the baseline
 * compiler and less inlining leave the cores to the seeds, and a large young generation saves most of the copying.
 */
const ENGINE = [
  '--always-sparkplug',
  '--max-inlined-bytecode-size-cumulative=300',
  '--max-semi-space-size=64',
]

/**
 * The report of one process of the simulator.
 *
 * @typedef {{ seed: number, violations: string[] }} Failure
 * @typedef {{ seeds: number, events: number, virtualMs: number, twice: number }} Total
 * @typedef {{ total: Total, failures: Failure[] }} Report
 */

/** @returns {Total} */
export const nothing = () => ({ seeds: 0, events: 0, virtualMs: 0, twice: 0 })

/** @param {Total} a @param {Total} b @returns {Total} */
export const sum = (a, b) => ({
  seeds: a.seeds + b.seeds,
  events: a.events + b.events,
  virtualMs: a.virtualMs + b.virtualMs,
  twice: a.twice + b.twice,
})

/**
 * Runs one process of the simulator to its end.
 *
 * @param {string} file
 * @param {(string | number)[]} args
 * @param {{ onTotal?: (total: Total) => void, onFailed?: (failure: Failure) => void, signal?: AbortSignal }} [options]
 * @returns {Promise<Report>}
 */
export function worker(file, args, { onTotal, onFailed, signal } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...ENGINE, '--enable-source-maps', file, ...args.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      signal,
    })
    /** @type {Report} */
    const report = { total: nothing(), failures: [] }
    let next = Number(args[1])
    let isDone = false
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line)
      if (message.type === 'failed') {
        const failure = { seed: message.seed, violations: message.violations }
        report.failures.push(failure)
        onFailed?.(failure)
      } else {
        const { seeds, events, virtualMs, twice } = message
        report.total = { seeds, events, virtualMs, twice }
        next = message.next ?? next
        isDone = message.type === 'done'
        onTotal?.(report.total)
      }
    })
    child.on('error', (error) => {
      // Stopped because another process found what was searched for.
      if (signal?.aborted) resolve(report)
      else reject(error)
    })
    child.on('close', (code) => {
      const text = `the process ended with ${code}, at this seed or one of the 20 after it`
      // The process that detects loops reports a loop; out of memory shows only as an exit.
      if (!isDone && !signal?.aborted && !report.failures.some(isLoop))
        report.failures.push({ seed: next, violations: [text] })
      resolve(report)
    })
  })
}

/** @param {Failure} failure */
const isLoop = ({ violations: [first] }) => first?.startsWith('I15: an endless loop') ?? false

/**
 * Spreads seeds over processes: the first runs every n-th, the second those beside it.
 *
 * @param {string} file
 * @param {{ from: number, count: number, jobs: number, first?: boolean, onTotal?: (total: Total) => void,
 *   onFailed?: (failure: Failure) => void }} options
 * @returns {Promise<Report>}
 */
export async function spread(file, { from, count, jobs, first = false, onTotal, onFailed }) {
  const totals = Array.from({ length: jobs }, nothing)
  const stop = new AbortController()
  const reports = await Promise.all(
    totals.map(async (_, i) => {
      const own = Math.floor(count / jobs) + (i < count % jobs ? 1 : 0)
      if (own === 0) return { total: nothing(), failures: [] }
      const args = ['run', from + i, own, jobs, ...(first ? ['first'] : [])]
      const report = await worker(file, args, {
        signal: stop.signal,
        ...(onFailed && { onFailed }),
        onTotal: (total) => {
          totals[i] = total
          onTotal?.(totals.reduce(sum))
        },
      })
      if (first && report.failures.length > 0) stop.abort()
      return report
    }),
  )
  return {
    total: reports.map(({ total }) => total).reduce(sum),
    failures: reports.flatMap(({ failures }) => failures).sort((a, b) => a.seed - b.seed),
  }
}
