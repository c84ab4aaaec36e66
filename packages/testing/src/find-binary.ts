import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian keeps each version's programs in its own folder, off the PATH. */
const POSTGRES_ROOT = '/usr/lib/postgresql'

/**
 * The folder that holds all of `programs`: the newest Postgres, then the PATH. Throws with the command that installs
 * them.
 */
export function findBinaries(programs: readonly string[], debianPackage: string): string {
  const versions = existsSync(POSTGRES_ROOT) ? readdirSync(POSTGRES_ROOT) : []
  const folders = [
    ...versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(POSTGRES_ROOT, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  const found = folders.find((folder) => programs.every((program) => existsSync(join(folder, program))))
  if (found) return found
  throw new Error(
    `${programs.join(', ')} not found. Install with:\n` +
      `  apt-get update && apt-get install -y --no-install-recommends ${debianPackage}`,
  )
}
