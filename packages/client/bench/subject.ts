import { isPeer, peerTrial } from './peers'
import { type Trial, turn } from './trial'
import { isTrialName, trials } from './trials'

/** What the parent requests of a subject, and its answer. */
export type Order = { readonly do: 'round' } | { readonly do: 'end' }
export type Report =
  | { readonly is: 'ready'; readonly heapMb: number }
  | { readonly is: 'round'; readonly micros: number }
  | { readonly is: 'failed'; readonly why: string }

/** One trial at one size, in a separate process with its own heap and compiled code. */
const [name = '', size = '0', warmUp = '0', warmUpSize = '0', peers = ''] = process.argv.slice(2)
const report = (message: Report): void => void process.send?.(message)
const failed = (error: unknown): void =>
  report({ is: 'failed', why: error instanceof Error ? error.message : String(error) })

/** Rounds whose fastest is compared with that of as many before: the compiler is done when it falls no more. */
const SETTLING_ROUNDS = 10
const SETTLING_MAX = 20
const STILL_FALLS = 0.95

/** CPU time of this process, its compiler and garbage collector included, in µs an operation. */
async function round(trial: Trial): Promise<number> {
  await turn()
  const before = process.cpuUsage()
  await trial.run()
  await turn()
  const { user, system } = process.cpuUsage(before)
  trial.check?.()
  await trial.between?.()
  return (user + system) / trial.count
}

async function settle(trial: Trial): Promise<void> {
  let before = Number.POSITIVE_INFINITY
  for (let i = 0; i < SETTLING_MAX; i++) {
    let fastest = Number.POSITIVE_INFINITY
    for (let n = 0; n < SETTLING_ROUNDS; n++) fastest = Math.min(fastest, await round(trial))
    if (fastest > STILL_FALLS * before) return
    before = fastest
  }
}

const make = (of: number): Promise<Trial> => {
  if (isPeer(name)) return peerTrial(name, peers, of)
  if (isTrialName(name)) return trials[name](of)
  throw new Error(`there is no trial "${name}"`)
}

async function main(): Promise<void> {
  // The compiler does its work on the smallest size, before anything is measured.
  if (Number(warmUp) > 0) {
    const warm = await make(Number(warmUpSize))
    for (let i = 0; i < Number(warmUp); i++) await round(warm)
  }
  const trial = await make(Number(size))
  if (Number(warmUp) > 0) await settle(trial)
  process.on('message', ({ do: what }: Order) => {
    if (what === 'end') process.exit(0)
    round(trial).then((micros) => report({ is: 'round', micros }), failed)
  })
  report({ is: 'ready', heapMb: Math.round(process.memoryUsage().heapUsed / 2 ** 20) })
}

process.on('unhandledRejection', failed)
process.on('uncaughtException', failed)
main().catch(failed)
