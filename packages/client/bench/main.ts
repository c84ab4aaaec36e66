import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { installPeers } from './install-peers'
import { isPeer } from './peers'
import { type Row, type Subject, tableRows } from './rows'
import { type Measured, type Run, runRow } from './run-row'

/**
 * `npm run bench:client`: the cost of one event for an app, through `createChat` of the built package, with yardsticks
 * in the same run. CPU time, medians of interleaved rounds.
 *
 *   --only NAME    the rows whose name contains this
 *   --scale 0.01   lowers the large sizes, for a quick look
 *   --rounds 21    measured rounds of each subject
 *   --no-peers     this client and the yardsticks alone
 *   --peers DIR    where the peers are installed and kept; default: a temporary folder
 *   --json         the same as one JSON document
 */
const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    scale: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '21' },
    peers: { type: 'string' },
    'no-peers': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const print = (text: string): void => void (flags.json || process.stdout.write(`${text}\n`))

const table = tableRows(Number(flags.scale)).filter(({ name }) => name.includes(flags.only))
if (table.length === 0) throw new Error(`no row has "${flags.only}" in its name`)
const wanted = new Set(table.flatMap(({ subjects }) => subjects.map(({ trial }) => trial)).filter(isPeer))
const peers = await installPeers(flags['no-peers'] ? [] : [...wanted], flags.peers)
const run: Run = { rounds: Number(flags.rounds), peers }
const failed: string[] = []
const rows: object[] = []
try {
  const [cpu] = cpus()
  const machine = `${cpu?.model.trim()} × ${cpus().length}, Node ${process.version}`
  print(
    `${new Date().toISOString().slice(0, 10)}, ${machine}; CPU time an operation, median of ${flags.rounds} rounds`,
  )
  for (const row of table) rows.push(await one(row))
  if (flags.json) process.stdout.write(`${JSON.stringify({ machine, rounds: run.rounds, rows }, null, 2)}\n`)
} finally {
  peers.remove()
}
process.exitCode = failed.length > 0 ? 1 : 0

async function one(row: Row): Promise<object> {
  const measured = await runRow(row, run)
  const of = ({ trial, size }: Subject): number | undefined =>
    measured.find((held) => held.trial === trial && held.size === size)?.micros
  print(`\n${row.name}`)
  for (const held of measured) print(`  ${label(held).padEnd(46)}${figure(held)}`)
  const verdicts = row.judge(of)
  for (const { wanted, value, passed } of verdicts) {
    print(`  ${mark(passed)} ${wanted.padEnd(44)}${value.padStart(14)}`)
    if (passed === false) failed.push(`${row.name}: ${wanted}`)
  }
  return { name: row.name, measured, verdicts }
}

function mark(passed: boolean | null): string {
  return passed === null ? '?' : passed ? '✓' : '✗'
}
function label({ trial, size }: Measured): string {
  return size > 0 ? `${trial}, ${size.toLocaleString('en')}` : trial
}

function figure({ micros, spread, why }: Measured): string {
  if (micros === undefined) return `not measured: ${why}`
  const text = micros < 100 ? micros.toFixed(1) : Math.round(micros).toLocaleString('en')
  return `${`${text} µs`.padStart(14)}   ± ${Math.round(spread * 100)} %`
}
