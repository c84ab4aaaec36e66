// npm test: everything that CI runs. `npm test -- --only unit` runs the steps whose name begins with that. Every step
// runs even if others fail; the last line is `N passed, N failed`.
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { relative } from 'node:path'
import { build, ROOT } from './build.mjs'
import { ensureTools } from './test-tools.mjs'

/**
 * Failures are named again at the end, where the last lines of a log still show them.
 * @typedef {{ passed: number, failed: number, skipped: number, names: string[] }} Counts
 */

process.chdir(ROOT)
// Under CI=true the tools colour even a log file.
if (!process.stdout.isTTY) process.env.NO_COLOR = '1'
const bin = (/** @type {string} */ name) => `node_modules/.bin/${name}`
const SHORT_PASS = 'test/browser/short-pass.test.ts'
/** @typedef {[name: string, run: () => Promise<Counts>]} Step */
/**
 * One stage after the other; the lanes of a stage in parallel, because each of these steps keeps one core busy.
 * @type {Step[][][]}
 */
const STAGES = [
  [[['tools', () => check(async () => ensureTools())]]],
  [
    [
      ['format and lint', () => check(() => command(bin('biome'), ['ci', '--error-on-warnings']))],
      ['types', () => check(() => command('npm', ['run', '--silent', 'types']))],
    ],
    [
      ['build', () => check(() => build())],
      ['packages', () => check(() => command('node', ['scripts/check-packages.mjs']))],
      ['size', () => check(() => command('node', ['scripts/size.mjs']))],
      // It follows what is built.
      ['unused', () => check(() => command(bin('knip'), []))],
    ],
  ],
  [[['unit', () => vitest('unit')]]],
  [[['integration', () => vitest('integration')]]],
  [[['browser', () => vitest('browser')]]],
  // `npm run test:engines` runs these two in full.
  [[['firefox', () => vitest('firefox', SHORT_PASS)]], [['webkit', () => vitest('webkit', SHORT_PASS)]]],
  // On its own: it fills all cores, and beside others it took three times as long.
  [[['simulator', () => vitest('simulator')]]],
]

/**
 * The only time limit of a run. It ends a step that hangs: a run takes a sixth of it on two idle cores, and half of it
 * beside four busy loops.
 */
const RUN_MAX_MINUTES = 170
/** Processes of the steps that run now. @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set()
const overdue = setTimeout(() => {
  console.error(`The run has taken ${RUN_MAX_MINUTES} minutes and is ended.`)
  for (const child of children) child.kill('SIGKILL')
}, RUN_MAX_MINUTES * 60_000)

const only = process.argv.includes('--only') ? (process.argv[process.argv.indexOf('--only') + 1] ?? '') : ''
/** @type {(Counts & { name: string, seconds: number })[]} */
const rows = []
for (const lanes of STAGES) await Promise.all(lanes.map(runLane))

/** @param {Step[]} lane */
async function runLane(lane) {
  for (const [name, run] of lane.filter(([name]) => name.startsWith(only))) {
    console.log(`── ${name}`)
    const begun = performance.now()
    rows.push({ name, ...(await run()), seconds: (performance.now() - begun) / 1000 })
  }
}

clearTimeout(overdue)
console.log('')
for (const { name, passed, failed, skipped, seconds } of rows) {
  const counts = `${passed} passed${failed ? `, ${failed} failed` : ''}${skipped ? `, ${skipped} skipped` : ''}`
  console.log(`${failed ? '✗' : '✓'} ${name.padEnd(16)} ${`${seconds.toFixed(1)} s`.padStart(8)}   ${counts}`)
}
for (const line of rows.flatMap(({ names }) => names)) console.log(`  ✗ ${line}`)
const total = (/** @type {'passed' | 'failed'} */ key) => rows.reduce((sum, row) => sum + row[key], 0)
process.exitCode = total('failed') > 0 || rows.length === 0 ? 1 : 0
console.log(`\n${total('passed')} passed, ${total('failed')} failed`)

/** A step that is one check. @param {() => Promise<void>} run @returns {Promise<Counts>} */
async function check(run) {
  try {
    await run()
    return { passed: 1, failed: 0, skipped: 0, names: [] }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return { passed: 0, failed: 1, skipped: 0, names: [] }
  }
}

/** A command whose output matters only when it fails. @param {string} file @param {string[]} args @returns {Promise<void>} */
function command(file, args) {
  return new Promise((resolve, reject) => {
    let output = ''
    const child = begun(spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] }))
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text))
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(output || `${file} exited with ${code}`)),
    )
  })
}

/**
 * Registers a process so that the run's time limit can end it.
 * @template {import('node:child_process').ChildProcess} C @param {C} child @returns {C}
 */
function begun(child) {
  children.add(child)
  child.on('close', () => children.delete(child))
  return child
}

/** @param {string} project @param {string[]} files @returns {Promise<Counts>} */
async function vitest(project, ...files) {
  const report = `.cache/vitest-${project}.json`
  rmSync(report, { force: true })
  const args = [
    'run',
    '--project',
    project,
    ...files,
    '--reporter',
    'default',
    '--reporter',
    'json',
    `--outputFile.json=${report}`,
  ]
  const code = await new Promise((resolve) => {
    begun(spawn(bin('vitest'), args, { stdio: ['ignore', 'inherit', 'inherit'] })).on('close', resolve)
  })
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    )
    // A file that does not load, or an error after its tests, fails the run but no test.
    const failed = code === 0 ? numFailedTests : Math.max(1, numFailedTests)
    const names = testResults.flatMap(failures)
    return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests, names }
  } catch {
    return { passed: 0, failed: 1, skipped: 0, names: [`${project}: no report`] }
  }
}

/** The failed tests of a file, and why, a line each.
 * @param {{ name: string, message: string, assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }} file */
function failures({ name, message, assertionResults }) {
  const failed = assertionResults.filter(({ status }) => status === 'failed')
  const lines = failed.map(({ fullName, failureMessages }) => [fullName, failureMessages[0] ?? ''])
  if (message) lines.push(['the file', message])
  return lines.map(([what, why]) => `${relative(ROOT, name)}: ${what}: ${why?.split('\n')[0]?.slice(0, 300)}`)
}
