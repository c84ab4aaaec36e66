import type { Finding, Target } from './finding'
import { bad, good, skipped } from './finding'

/** Are the tables those of this version? Nothing is changed. */
export async function checkMigrations({ database }: Pick<Target, 'database'>): Promise<Finding> {
  if (database === undefined) return skipped('tables', 'name the database with --database')
  const { tableVersions } = await import('@roomful/server')
  try {
    const { from, to } = await tableVersions(database)
    if (from === to) return good('tables', `of version ${to}, as this command line's server has them`)
    if (from > to) {
      const fix = 'update @roomful/server: an older one does not start on them'
      return bad('tables', `of version ${from}, newer than the ${to} of this server`, fix)
    }
    return bad(
      'tables',
      `of version ${from}, and this server has ${to}`,
      '`roomful migrate`, or start the server',
    )
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return bad('tables', why, 'does the database answer, and is this its address?')
  }
}
