import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { installPackages } from '../scripts/test-tools.mjs'
import { svgOf } from './chart'
import { measureClient } from './client-series'
import { CONTENDERS } from './contenders'
import { pageOf } from './page'
import { measureServers } from './server-series'

/**
 * `npm run bench`: measures client and server, and writes docs/inside/benchmarks.md with its pictures. Seven minutes or so, on a
 * machine that does nothing else.
 *
 *   --quick         small sizes and short rounds, written to .cache/bench: to try the program, not for figures
 *   --only NAME     the servers whose name contains this, and no client; also written to .cache/bench
 */
const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
})
const isWhole = !flags.quick && flags.only === undefined
const folder = isWhole ? 'docs/inside' : '.cache/bench'
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const [load = 0] = loadavg()
const [cpu] = cpus()
const machine = `${cpu?.model.trim()} × ${cpus().length}, Linux, Node ${process.version}, load ${load.toFixed(1)} before it began`
const date = new Date().toISOString().slice(0, 10)
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
say(`${date}, ${machine}`)

// One that cannot be installed is named on the page.
for (const { debian } of CONTENDERS)
  if (debian !== undefined) {
    try {
      installPackages([...debian])
    } catch (error) {
      say(
        `${debian.join()} is not installed: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
      )
    }
  }
const server = await measureServers({ isQuick: flags.quick, only: flags.only ?? '', say })
const client =
  flags.only === undefined
    ? await measureClient({ rounds: flags.quick ? 3 : 11, isQuick: flags.quick, say })
    : { charts: [], live: [], targets: [] }

mkdirSync(`${folder}/pictures`, { recursive: true })
for (const { file, chart } of [...server.charts, ...client.charts])
  writeFileSync(`${folder}/pictures/bench-${file}.svg`, svgOf(chart))
writeFileSync(`${folder}/benchmarks.md`, pageOf({ date, machine, commit, server, client }))
say(`written to ${folder}/benchmarks.md`)
for (const { wanted, value, isMet } of [...server.targets, ...client.targets])
  say(`${isMet === null ? '?' : isMet ? '✓' : '✗'} ${wanted}: ${value}`)
// A connection that a server has not closed would keep the process.
process.exit(0)
