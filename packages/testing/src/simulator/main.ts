import { Worker } from 'node:worker_threads'
import { runSeed } from './run-seed'
import { shrink } from './shrink'
import { uncaught } from './uncaught'

/**
 * The part of the simulator that runs in a separate process: `run FROM COUNT STEP [first]`, `list SEED…`, `trace SEED`,
 * `shrink SEED`. It prints one JSON line per report.
 */
const [command = 'run', ...args] = process.argv.slice(2)
const numbers = args.map(Number)
const [from = 0, runs = 1, step = 1] = numbers
const isList = command === 'list'
const count = isList ? numbers.length : runs
const seedAt = (index: number): number => (isList ? (numbers[index] ?? 0) : from + index * step)
const stopsAtFirst = args.includes('first')
/** One seed in so many runs twice, and must leave the same trace. */
const TWICE_EVERY = 100

/**
 * Processor time that one seed may take. Most take a hundredth of a second; a seed that takes this much is in a loop,
 * on a busy machine as on an idle one. Waits are not counted, only this process's computation.
 */
const SEED_CPU_MS = 30_000
/** How often it is checked. */
const LOOK_EVERY_MS = 1_000

const total = { seeds: 0, events: 0, virtualMs: 0, twice: 0 }
let current = from

function report(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

function fail(violations: readonly string[]): void {
  report({ type: 'failed', seed: current, violations: violations.slice(0, 5) })
}

// Of the running seed: they come up while its promises run.
process.on('unhandledRejection', (error) => void uncaught.push(error))
process.on('uncaughtException', (error) => void uncaught.push(error))

/** A loop keeps its thread: another one must detect it. */
const seen = new Int32Array(new SharedArrayBuffer(4))
function watchForLoops(): void {
  const code = `
    const { workerData } = require('node:worker_threads')
    const { writeSync } = require('node:fs')
    const { seen, most, every } = workerData
    const cpu = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000 }
    let [seed, since] = [-1, cpu()]
    setInterval(() => {
      const now = Atomics.load(seen, 0)
      if (now !== seed) [seed, since] = [now, cpu()]
      else if (cpu() - since > most) {
        const text = 'I15: an endless loop: ' + most + ' ms of processor time'
        writeSync(1, JSON.stringify({ type: 'failed', seed, violations: [text] }) + '\\n')
        process.kill(process.pid, 'SIGKILL')
      }
    }, every)`
  new Worker(code, {
    eval: true,
    workerData: { seen, most: SEED_CPU_MS, every: LOOK_EVERY_MS },
  }).unref()
}

function runNext(): void {
  if (total.seeds >= count) {
    report({ type: 'done', ...total })
    return
  }
  current = seedAt(total.seeds)
  Atomics.store(seen, 0, current)
  const result = runSeed(current)
  total.seeds++
  total.events += result.events
  total.virtualMs += result.virtualMs
  if (result.violations.length > 0) {
    fail(result.violations)
    if (stopsAtFirst) {
      report({ type: 'done', ...total })
      return
    }
  }
  if (current % TWICE_EVERY === 0) runTwice()
  if (isList || total.seeds % 20 === 0) report({ type: 'at', next: seedAt(total.seeds), ...total })
  setImmediate(runNext)
}

function runTwice(): void {
  const hashes = [1, 2].map(() => runSeed(current, { trace: true }).hash)
  total.twice++
  if (hashes[0] !== hashes[1]) fail([`P17: one seed, two traces: ${hashes.join(', ')}`])
}

function traceOne(): void {
  const result = runSeed(current, { trace: true, traceLines: Number.POSITIVE_INFINITY })
  for (const line of result.lines) process.stdout.write(`${line}\n`)
  process.stdout.write(`${result.events} events, trace hash ${result.hash}\n`)
  for (const violation of result.violations) process.stdout.write(`${violation}\n`)
  process.exitCode = result.violations.length > 0 ? 1 : 0
}

// The client's warnings are what the seed drew.
console.warn = () => {}

// A run makes thousands of refusals a second as errors; the trace of a seed shows where one comes from.
if (command === 'run' || isList) {
  Error.stackTraceLimit = 0
  watchForLoops()
}

// From a macrotask, where promises can run to their end.
setImmediate(() => {
  if (command === 'trace') traceOne()
  else if (command === 'shrink') report(shrink(current))
  else runNext()
})
