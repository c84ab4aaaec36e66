import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Template } from './templates'

/** Beside both `src` and `dist`. */
const PACKAGE = new URL('../', import.meta.url)
const OURS = /^(@roomful\/.+|roomful)$/

/** What stands in the way of a new app, in words for its user. */
export class CreateError extends Error {
  override readonly name = 'CreateError'
}

export type Created = {
  /** Absolute. */
  readonly folder: string
  readonly name: string
  /** What to type, in that folder, one after the other. */
  readonly next: readonly string[]
}

/**
 * Copies a template into a new or empty folder, with this version of the packages. Installs nothing. Throws CreateError
 * where the folder has files already.
 */
export function createApp(folder: string, template: Template): Created {
  const path = resolve(folder)
  if (existsSync(path) && readdirSync(path).some((file) => file !== '.git'))
    throw new CreateError(`${path} has files already: name a new folder`)
  mkdirSync(path, { recursive: true })
  cpSync(fileURLToPath(new URL(`templates/${template}`, PACKAGE)), path, { recursive: true })
  // npm leaves a file of that name out of what it packs.
  renameSync(join(path, 'gitignore'), join(path, '.gitignore'))
  const name = packageName(basename(path))
  const manifest = join(path, 'package.json')
  const { version } = JSON.parse(readFileSync(new URL('package.json', PACKAGE), 'utf8'))
  const made = { ...JSON.parse(readFileSync(manifest, 'utf8')), name }
  for (const key of ['dependencies', 'devDependencies'])
    if (key in made) made[key] = withVersions(made[key], `^${version}`)
  writeFileSync(manifest, `${JSON.stringify(made, undefined, 2)}\n`)
  return {
    folder: path,
    name,
    next: [
      'npm install',
      ...Object.keys(made.scripts)
        .filter(isStart)
        .map((one) => `npm run ${one}`),
    ],
  }
}

/** In the order in which a reader needs them. */
const isStart = (script: string): boolean => ['server', 'dev', 'start'].includes(script)

const withVersions = (needs: Record<string, string>, version: string): Record<string, string> =>
  Object.fromEntries(Object.entries(needs).map(([name, range]) => [name, OURS.test(name) ? version : range]))

/** What npm takes as a package's name, of a folder's. */
const packageName = (folder: string): string =>
  folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[-._]+|-+$/g, '')
    .slice(0, 100) || 'my-chat'
