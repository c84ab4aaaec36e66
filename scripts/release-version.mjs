// npm run release:version: gives what waits in .changeset a version. Moves its texts, and what is under "Unreleased", into
// CHANGELOG.md under the new number, and writes the number into every manifest. All packages have one version, and before 1.0 a
// `major` changeset raises the minor number, which is what a caret keeps out. `-- --dry` says what it would do.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const FOLDER = '.changeset'
const OURS = /^(?:@roomful\/.+|roomful|create-roomful)$/

/** @typedef {'major' | 'minor' | 'patch'} Bump */

/** @param {string} version @param {readonly Bump[]} bumps @returns {string} */
export function nextVersion(version, bumps) {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  const isEarly = major === 0
  if (bumps.includes('major') && !isEarly) return `${major + 1}.0.0`
  if (bumps.includes('major') || (bumps.includes('minor') && !isEarly)) return `${major}.${minor + 1}.0`
  return `${major}.${minor}.${patch + 1}`
}

/** @param {string} changelog @param {string} version @param {string} date ISO day @param {readonly string[]} texts */
export function withVersion(changelog, version, date, texts) {
  const begin = changelog.indexOf('## Unreleased\n')
  if (begin < 0) throw new Error('CHANGELOG.md has no "## Unreleased"')
  const rest = changelog.slice(begin + '## Unreleased\n'.length)
  const items = texts.map((text) => `- ${text.replaceAll('\n', '\n  ')}\n`).join('')
  const added = items === '' ? '' : `\n${items}`
  return `${changelog.slice(0, begin)}## Unreleased\n\n## ${version} - ${date}\n${added}${rest}`
}

/** @param {string} text @returns {{ bumps: Bump[], text: string }} */
export function readChangeset(text) {
  const [, head = '', body = ''] = /^---\n([\s\S]*?)---\n([\s\S]*)$/.exec(text) ?? []
  const bumps = [...head.matchAll(/: (major|minor|patch)$/gm)].map(([, bump]) => /** @type {Bump} */ (bump))
  if (bumps.length === 0 || body.trim() === '')
    throw new Error('A changeset names a package, and says what is new')
  return { bumps, text: body.trim() }
}

/** @param {unknown} manifest @param {string} version */
export function withOwnVersion(manifest, version) {
  const made = structuredClone(/** @type {Record<string, any>} */ (manifest))
  if ('version' in made) made.version = version
  for (const field of ['dependencies', 'devDependencies', 'peerDependencies'])
    for (const [name, range] of Object.entries(made[field] ?? {}))
      if (OURS.test(name)) made[field][name] = String(range).replace(/\d+\.\d+\.\d+/, version)
  return made
}

function main() {
  const isDry = process.argv.includes('--dry')
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.md') && name !== 'README.md')
  const changes = files.map((name) => readChangeset(readFileSync(`${FOLDER}/${name}`, 'utf8')))
  const before = JSON.parse(readFileSync('package.json', 'utf8')).version
  const version = nextVersion(
    before,
    changes.flatMap(({ bumps }) => bumps),
  )
  const changelog = readFileSync('CHANGELOG.md', 'utf8')
  const day = new Date().toISOString().slice(0, 10)
  const made = withVersion(
    changelog,
    version,
    day,
    changes.map(({ text }) => text),
  )
  console.log(`${before} → ${version}, ${files.length} changesets`)
  if (isDry) return
  writeFileSync('CHANGELOG.md', made)
  const manifests = ['packages', 'examples', 'test/release'].flatMap((dir) =>
    readdirSync(dir).map((name) => `${dir}/${name}/package.json`),
  )
  for (const file of ['package.json', ...manifests].filter((file) => existsSync(file)))
    writeFileSync(
      file,
      `${JSON.stringify(withOwnVersion(JSON.parse(readFileSync(file, 'utf8')), version), undefined, 2)}\n`,
    )
  for (const name of files) rmSync(`${FOLDER}/${name}`)
  console.log('Now: npm install --package-lock-only, npm test, npm run release:dry')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main()
