// npm run show:import: a million messages are imported while the process is killed five times, exported again byte for
// byte, and moved to Postgres. `-- --messages 100000` for a part.
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import Database from 'libsql'
import { startPostgres } from '../../packages/testing/src/postgres'
import { ROOT } from '../../scripts/build.mjs'
import { exportLines } from '../integration/generated-export'
import { gitLog } from '../integration/git-repository'
import { roomful, startRoomful } from '../integration/roomful-command'

const KILLS = 5
const LOOK_MS = 200

const { values } = parseArgs({ options: { messages: { type: 'string', default: '1000000' } } })
const messages = Number(values.messages)
const folder = mkdtempSync(join(tmpdir(), 'roomful-show-'))
const [file, copy, database] = [
  join(folder, 'in.ndjson'),
  join(folder, 'out.ndjson'),
  join(folder, 'roomful.db'),
]
const at = ['--database', `sqlite:${database}`]
try {
  const texts = [...(await commits()), ...readmes()]
  say(
    `${messages} messages from ${texts.length} texts: this repository's log, and the READMEs that its packages bring`,
  )
  await pipeline(Readable.from(exportLines({ id: 'logs', messages, texts })), createWriteStream(file))

  for (let kill = 1; kill <= KILLS; kill++) {
    const running = startRoomful(['import', file, ...at])
    while (count() < (messages * kill) / (KILLS + 1)) await setTimeout(LOOK_MS)
    running.kill('SIGKILL')
    const { signal } = await running.done
    say(`kill ${kill}: ${signal} with ${count()} messages in the database`)
  }
  const imported = await roomful(['import', file, ...at])
  say(`import: ${imported.stdout.toString().trim()}; ${imported.stderr.trim().split('\n').at(-1)}`)
  const exported = await roomful(['export', 'logs', '-o', copy, ...at])
  say(`export: ${exported.stdout.toString().trim()}; ${exported.stderr.trim().split('\n').at(-1)}`)
  const [before, after] = [await hashOf(file), await hashOf(copy)]
  say(`sha256 in  ${before}\nsha256 out ${after}`)
  if (before !== after) throw new Error('the export is not what was imported')

  await using postgres = await startPostgres()
  const moved = await roomful([
    'move',
    '--from',
    `sqlite:${database}`,
    '--to',
    await postgres.createDatabase(),
  ])
  say(
    `${moved.stderr
      .trim()
      .split('\n')
      .filter((line) => line.includes(' in '))
      .join('\n')}\n${moved.stdout.toString().trim()}`,
  )
  process.exitCode = moved.code ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function commits(): Promise<string[]> {
  const log = await gitLog(ROOT)
  return log.toString().split('\0').map(fitting).filter(Boolean)
}

function readmes(): string[] {
  const folders = readdirSync(`${ROOT}/node_modules`).filter((name) => !/^[.@]/.test(name))
  return folders.flatMap((name) => {
    const readme = readdirSync(`${ROOT}/node_modules/${name}`).find((one) => /^readme\.md$/i.test(one))
    return readme === undefined
      ? []
      : fitting(readFileSync(`${ROOT}/node_modules/${name}/${readme}`, 'utf8')) || []
  })
}

/** What a message may be: up to 1,000 code points here, without NUL. */
function fitting(text: string): string {
  return [...text.replaceAll('\0', '')].slice(0, 1_000).join('').trim()
}

function count(): number {
  try {
    const db = new Database(database, { readonly: true })
    try {
      const row: unknown = db.prepare('SELECT count(*) AS n FROM messages').get()
      return typeof row === 'object' && row !== null && 'n' in row ? Number(row.n) : 0
    } finally {
      db.close()
    }
  } catch {
    return 0
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
