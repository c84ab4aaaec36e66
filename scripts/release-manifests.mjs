import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manifestOf } from './manifests.mjs'

/**
 * What keeps a version from being published: all packages share one, each is found by its neighbours under a caret of
 * it, says where it comes from, and the changelog says what is new. A sentence each.
 */
export function manifestProblems() {
  const dirs = readdirSync('packages')
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  return [...dirs.flatMap((dir) => problemsOf(dir, version)), ...changelogProblems()]
}

/** @param {string} dir @param {string} version */
function problemsOf(dir, version) {
  const manifest = manifestOf(dir)
  const needs = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies })
  return [
    ...(manifest.version === version ? [] : [`${dir} has version ${manifest.version}, not ${version}`]),
    ...needs
      .filter(([name, range]) => /^@?roomful/.test(name) && range !== `^${version}`)
      .map(([name, range]) => `${dir} asks for ${name} ${range}, not ^${version}`),
    ...['repository', 'homepage', 'bugs', 'keywords', 'license', 'sideEffects', 'engines']
      .filter((field) => !(field in manifest))
      .map((field) => `${dir} has no ${field}`),
    ...correctedProblems(dir),
  ]
}

/**
 * What npm would change while it publishes: it says so in a warning only, and may leave out a command whose path it does not
 * like.
 * @param {string} dir
 */
function correctedProblems(dir) {
  const written = readFileSync(`packages/${dir}/package.json`, 'utf8')
  const folder = mkdtempSync(join(tmpdir(), 'roomful-manifest-'))
  try {
    const file = join(folder, 'package.json')
    writeFileSync(file, written)
    execFileSync('npm', ['pkg', 'fix'], { cwd: folder, stdio: 'ignore' })
    const corrected = JSON.parse(readFileSync(file, 'utf8'))
    return Object.entries(JSON.parse(written))
      .filter(([field, value]) => JSON.stringify(corrected[field]) !== JSON.stringify(value))
      .map(([field]) => `${dir}: npm would change ${field} (npm pkg fix)`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function changelogProblems() {
  const [, unreleased = ''] =
    /\n## Unreleased\n([\s\S]*?)(\n## |$)/.exec(readFileSync('CHANGELOG.md', 'utf8')) ?? []
  const waits = readdirSync('.changeset').some((name) => name.endsWith('.md') && name !== 'README.md')
  // Right after `release:version` the newest number has it.
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  const isWritten =
    /^- /m.test(unreleased) ||
    waits ||
    new RegExp(`^## ${version} `, 'm').test(readFileSync('CHANGELOG.md', 'utf8'))
  return isWritten ? [] : ['Neither CHANGELOG.md nor .changeset says what is new']
}
