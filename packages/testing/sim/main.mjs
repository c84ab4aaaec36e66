// npm run sim: runs the simulator. `--seed N [--trace]` one seed; `--seeds N --from S` many; `--canaries` the known
// mistakes; without any: 5,000 seeds and the canaries. `--canary NAME` puts one known mistake into what is run, to see
// what its failure looks like. Exits 1 when anything is broken.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bundle } from './bundle.mjs'
import { findMistakes } from './canaries.mjs'
import { CANARIES } from './patches.mjs'
import { REGRESSIONS } from './regressions.mjs'
import { spread, sum, worker } from './workers.mjs'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
/** A separate folder, because two runs may go on at once. */
const FOLDER = `${ROOT}.cache/simulator/${process.pid}`
const FILE = `${FOLDER}/simulator.mjs`
const DEFAULT_SEEDS = 5_000
/** Failures that are printed one by one. */
const TOLD_MAX = 10
/** Failures whose shortest schedule is searched for, at some seconds each. */
const SHRUNK_MAX = 2

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    trace: { type: 'boolean', default: false },
    canaries: { type: 'boolean', default: false },
    canary: { type: 'string' },
  },
})
const jobs = Number(values.jobs)
/** Seeds that failed once; each run begins with them. @type {{ seed: number, found: string }[]} */
const KNOWN = JSON.parse(readFileSync(new URL('seeds.json', import.meta.url), 'utf8'))

const say = (/** @type {string} */ text) => process.stdout.write(`${text}\n`)

const mistake = [...CANARIES, ...REGRESSIONS].find(({ name }) => name === values.canary)
if (values.canary !== undefined && mistake === undefined) throw new Error(`there is no ${values.canary}`)

process.on('exit', () => rmSync(FOLDER, { recursive: true, force: true }))
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => process.exit(1))
mkdirSync(FOLDER, { recursive: true })
await bundle(FILE, mistake?.patches)
if (values.seed !== undefined) process.exitCode = await runOne(Number(values.seed))
else {
  const all = values.seeds === undefined && !values.canaries
  const isSound =
    all || values.seeds !== undefined ? await runMany(Number(values.seeds ?? DEFAULT_SEEDS)) : true
  const sees = all || values.canaries ? await lookForMistakes() : true
  process.exitCode = isSound && sees ? 0 : 1
}

/** @param {number} seed */
async function runOne(seed) {
  if (values.trace) {
    const { status } = spawnSync(process.execPath, ['--enable-source-maps', FILE, 'trace', String(seed)], {
      stdio: 'inherit',
    })
    return status ?? 1
  }
  const { failures } = await worker(FILE, ['run', seed, 1, 1])
  if (failures.length === 0) say(`seed ${seed}: nothing is broken`)
  for (const failure of failures) tell(failure, true)
  return failures.length > 0 ? 1 : 0
}

/** @param {number} count */
async function runMany(count) {
  const begun = performance.now()
  const seeds = KNOWN.map(({ seed }) => seed)
  const lists = Array.from({ length: jobs }, (_, i) => seeds.filter((_, n) => n % jobs === i))
  const known = await Promise.all(lists.map((list) => worker(FILE, ['list', ...list], { onFailed })))
  const many = await spread(FILE, {
    from: Number(values.from),
    count,
    jobs,
    onTotal: progress(count, begun),
    onFailed,
  })
  const total = [many, ...known].map((report) => report.total).reduce(sum)
  const failures = [...known, many].flatMap((report) => report.failures)
  const seconds = (performance.now() - begun) / 1_000
  say(
    `${total.seeds} seeds (${KNOWN.length} known ones first), ${total.events} events, ` +
      `${(total.virtualMs / 3_600_000).toFixed(1)} virtual hours in ${seconds.toFixed(1)} s ` +
      `on ${jobs} processes: ${Math.round(total.seeds / seconds)} seeds/s; ${total.twice} run twice; ${failures.length} failed`,
  )
  for (const [i, failure] of failures.slice(0, TOLD_MAX).entries()) tell(failure, i < SHRUNK_MAX)
  if (failures.length > TOLD_MAX) say(`and ${failures.length - TOLD_MAX} more`)
  return failures.length === 0
}

/** At once, because an hour may be left; the rest comes at the end. @param {import('./workers.mjs').Failure} failure */
function onFailed({ seed, violations }) {
  say(`  ✗ seed ${seed}: ${violations[0]}`)
}

/** @param {number} count @param {number} begun */
function progress(count, begun) {
  let said = begun
  return (/** @type {{ seeds: number }} */ { seeds }) => {
    const now = performance.now()
    if (now - said < 10_000) return
    said = now
    say(`  ${seeds} of ${count}, ${Math.round(seeds / ((now - begun) / 1_000))} seeds/s`)
  }
}

async function lookForMistakes() {
  const canaries = await lookFor(CANARIES, 'canaries')
  const regressions = await lookFor(REGRESSIONS, 'mended mistakes')
  return canaries && regressions
}

/** @param {import('./canaries.mjs').Mistake[]} mistakes @param {string} kind */
async function lookFor(mistakes, kind) {
  const found = await findMistakes(mistakes, {
    folder: FOLDER,
    jobs,
    onFound: ({ name, seed, tried, violation }) =>
      say(
        `  ${seed === null ? '✗' : '✓'} ${name}: ${seed === null ? `not in ${tried} seeds` : `seed ${seed}, ${violation}`}`,
      ),
  })
  const seen = found.filter(({ seed }) => seed !== null)
  say(`${seen.length} of ${found.length} ${kind} found`)
  return seen.length === found.length
}

/**
 * What was broken, the shortest schedule that breaks it, and the command that shows it again.
 *
 * @param {import('./workers.mjs').Failure} failure
 * @param {boolean} shrinks
 */
function tell({ seed, violations }, shrinks) {
  say(`\n✗ seed ${seed} at ${commit()}`)
  for (const violation of violations) say(`  ${violation}`)
  if (shrinks) {
    const { stdout, status } = spawnSync(process.execPath, [FILE, 'shrink', String(seed)], {
      encoding: 'utf8',
    })
    if (status === 0) {
      const { kinds, steps, lines, tries } = JSON.parse(stdout)
      say(`  faults that it needs: ${kinds.join(', ') || 'none'}`)
      say(`  steps that it needs (after ${tries} tries): ${steps.join(' · ') || 'none'}`)
      say('  the last that happened:')
      for (const line of lines) say(`    ${line.slice(0, 180)}`)
    } else say('  its shortest schedule was not found: the search ended by itself')
  }
  const canary = mistake ? ` --canary '${mistake.name}'` : ''
  say(`  npm run sim -- --seed ${seed}${canary} --trace`)
}

function commit() {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: ROOT, encoding: 'utf8' }).trim()
  } catch {
    return 'no commit'
  }
}
