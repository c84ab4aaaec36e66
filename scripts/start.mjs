// npm start: builds what is stale, then serves the web chat on an embedded database under ./data.
// `npm start -- --port 0` passes flags on; PORT, ROOMFUL_DATABASE and ROOMFUL_JWT_SECRET are honoured. A new ./data is filled
// with rooms to look at, and a bot is there; with `--no-demo`, or another database, neither (`--demo`: there too).
import { fork } from 'node:child_process'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { build, ROOT } from './build.mjs'
import { DEMO_ROOMS, demoBot, hasDemo, mayBeSeeded, seedDemo } from './demo/demo.mjs'

const DEFAULT_DATABASE = 'sqlite:./data/roomful.db'
/** In the big room of the demonstration; `--demo=2000` makes another one. */
const DEMO_MESSAGES = 100_000
const BOT_STOP_MS = 1_000

const { PORT, ROOMFUL_PORT, ROOMFUL_DATABASE } = process.env
const given = process.argv.slice(2)
const demoFlag = given.find((flag) => /^--(no-)?demo(=\d+)?$/.test(flag))
const flags = given.filter((flag) => flag !== demoFlag)
const database = databaseOf(flags)
const file = database.replace(/^sqlite:/, '')
// Another database is somebody's own: nothing is put into it unasked.
const wantsDemo = demoFlag === undefined ? database === DEFAULT_DATABASE : demoFlag !== '--no-demo'
const messages = Number(demoFlag?.split('=')[1] ?? DEMO_MESSAGES)

await build({ types: false, pages: false })
const isNew = wantsDemo && database.startsWith('sqlite:') && mayBeSeeded(file)
await Promise.all([build({ types: false }), isNew && seedDemo(file, messages)])

const isDemo = wantsDemo && hasDemo(file)
const defaults = {
  port: PORT ?? ROOMFUL_PORT ?? '3000',
  database,
  static: 'examples/web-chat/dist',
  ...(isDemo ? { 'default-rooms': DEMO_ROOMS.join(',') } : {}),
}
// Typed flags come last, so they win.
const typed = [
  '--guests',
  ...Object.entries(defaults).flatMap(([name, value]) => [`--${name}`, value]),
  ...flags,
]
/** @type {Promise<import('./demo/demo.mjs').DemoBot | undefined> | undefined} */
let bot

// `exec` in package.json: no shell between npm and this process. Such a shell would die of the Ctrl+C on which the
// server drains, and make the exit code 130.
let end = await serve(typed)
while (end.restartAt !== null) end = await serve([...typed, '--port', String(end.restartAt)])
process.exitCode = end.code ?? 128 + constants.signals[end.signal ?? 'SIGKILL']
// What it has not said yet it says at the next start. It may wait for a server that is gone.
await Promise.race([bot?.then((started) => started?.stop()), sleep(BOT_STOP_MS, undefined, { ref: false })])
process.exit()

/**
 * Serves until the server ends, by itself or by a signal to this process. `restartAt`: the chaos page had it killed, and
 * expects it at the same port again.
 *
 * @param {string[]} args
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, restartAt: number | null }>}
 */
function serve(args) {
  // In a process group apart: Ctrl+C in a terminal reaches every process of a group, and the second signal would end the
  // server before it has drained.
  const child = fork(`${ROOT}/scripts/serve-for-chaos.mjs`, args, { detached: true })
  /** @type {number | null} */
  let restartAt = null
  child.on('message', (message) => {
    const { restart, listens } = /** @type {{ restart?: number, listens?: number }} */ (message)
    if (restart !== undefined) restartAt = restart
    // Once: it finds a server that is back by itself.
    if (listens !== undefined && isDemo)
      bot ??= demoBot({ url: `http://localhost:${listens}`, database: file })
  })
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
  const passOn = signals.map((name) => /** @type {const} */ ([name, () => void child.kill(name)]))
  for (const [name, pass] of passOn) process.on(name, pass)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      for (const [name, pass] of passOn) process.off(name, pass)
      resolve({ code, signal, restartAt: signal === 'SIGKILL' ? restartAt : null })
    })
  })
}

/** The last `--database` that is typed, or that of the environment, or the default. @param {readonly string[]} flags */
function databaseOf(flags) {
  const typed = flags.flatMap((flag, i) =>
    flag === '--database' ? [flags[i + 1] ?? ''] : flag.startsWith('--database=') ? [flag.slice(11)] : [],
  )
  return typed.at(-1) ?? ROOMFUL_DATABASE ?? DEFAULT_DATABASE
}
