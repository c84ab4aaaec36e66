import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

// Beside the repository's files and not in node_modules: `npm ci` must not make a finished build stale.
const STAMPS = '.cache/build.json'
const LOCK = '.cache/build.lock'
/** Files that change every build. By content, not by time: a fresh clone has new times for old files. */
const EVERYONES = [
  'package-lock.json',
  'tsconfig.json',
  'tsup.config.ts',
  'scripts/build.mjs',
  'scripts/build-common-js.mjs',
  'scripts/build-types.mjs',
  'scripts/precompress.mjs',
]
const NOT_BUILT = /(^|\/)(dist|node_modules|bench|sim)$|\.test\.tsx?$|\.md$/

/** @param {string} path @param {RegExp} skipped @returns {string[]} */
function filesUnder(path, skipped) {
  if (skipped.test(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesUnder(`${path}/${name}`, skipped))
}

/** @param {string[]} inputs files and folders @param {RegExp} [skipped] paths that do not count */
export function hashOf(inputs, skipped = NOT_BUILT) {
  const hash = createHash('sha256')
  for (const file of [...EVERYONES, ...inputs].flatMap((path) => filesUnder(path, skipped))) {
    hash.update(`${file}\0`).update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}

/** @returns {Record<string, string>} the hash that each target was last built from */
export function readStamps() {
  return existsSync(STAMPS) ? JSON.parse(readFileSync(STAMPS, 'utf8')) : {}
}

/** @param {Record<string, string>} stamps */
export function writeStamps(stamps) {
  writeFileSync(STAMPS, JSON.stringify(stamps, null, 2))
}

/**
 * One build at a time: `npm start` and `npm test` in two terminals would delete each other's output.
 * @template T @param {() => Promise<T>} work @returns {Promise<T>}
 */
export async function locked(work) {
  mkdirSync('.cache', { recursive: true })
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' })
      break
    } catch {
      if (ownerDied()) rmSync(LOCK, { force: true })
      else await sleep(100)
    }
  }
  try {
    return await work()
  } finally {
    rmSync(LOCK, { force: true })
  }
}

/** @param {string} path */
function pidIn(path) {
  try {
    return Number(readFileSync(path, 'utf8'))
  } catch {
    return 0
  }
}

function ownerDied() {
  const file = statSync(LOCK, { throwIfNoEntry: false })
  // Released in the meantime: another one may have it already.
  if (!file) return false
  const pid = pidIn(LOCK)
  // Empty: it is being written, or its writer was killed then.
  if (!pid) return file.mtimeMs < Date.now() - 60_000
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}
