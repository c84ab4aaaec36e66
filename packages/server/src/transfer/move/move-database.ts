import { databaseOf } from '../../stores/database-url'
import { MOVING_FROM } from '../../stores/half-moved'
import { type ComparedTable, compareTable, type Difference } from './compare-sides'
import { type Column, keyOf, type Side } from './side'
import { MOVED_TABLES, type MovedTable } from './tables'

/** Rows of one transaction. */
const PAGE = 500

export type MoveProgress = { readonly phase: 'copy' | 'compare'; readonly rows: number; readonly of: number }

export type MoveOptions = {
  /** `sqlite:<file>`, `postgres://…`: one of each. */
  readonly from: string
  /** New, empty, or the target of a move that has not ended. */
  readonly to: string
  /** Empty the target of such a move, and begin again. */
  readonly restart?: boolean
  /** Its abort ends the move between two pages; the next one goes on there. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: MoveProgress) => void
}

/** `added`: rows that this run has copied. `tables`: all that both hold now, with the hash of each table. */
export type Moved = {
  readonly epoch: string
  readonly added: number
  readonly tables: readonly ComparedTable[]
}

/** Both sides were read, and are not the same. */
export class MoveDiffersError extends Error {
  override readonly name = 'MoveDiffersError'
  readonly code = 'MOVE_DIFFERS'
  constructor(readonly differences: readonly Difference[]) {
    const named = differences.map(
      ({ table, roomId, from, to }) =>
        `${table}${roomId === undefined ? '' : ` of ${roomId}`}: ${from} and ${to} rows`,
    )
    super(`the two databases differ: ${named.join('; ')}`)
  }
}

/**
 * Copies all that a database holds into one of the other kind, while no server runs on either, and compares both by
 * counts and hashes, room by room. Ids, numbers and the epoch stay, so clients notice nothing. Each page is one
 * transaction: after a kill the same call goes on where it ended. Until it has ended, no server starts on the target.
 *
 * Rejects with an error whose `code` is DATABASE_IN_USE while a server has one of them, with MoveDiffersError, with
 * TypeError for two databases of one kind, and with `signal.reason`.
 */
export async function moveDatabase(options: MoveOptions): Promise<Moved> {
  const [from, to] = [databaseOf(options.from), databaseOf(options.to)]
  const [{ withSqliteSide }, { withPostgresSide }] = await Promise.all([
    import('./sqlite-side'),
    import('./postgres-side'),
  ])
  if (from.kind === 'sqlite' && to.kind === 'postgres')
    return withSqliteSide(from.path, { mustExist: true }, (source) =>
      withPostgresSide(to.url, 'target', (target) => move(source, target, options)),
    )
  if (from.kind === 'postgres' && to.kind === 'sqlite')
    return withPostgresSide(from.url, 'source', (source) =>
      withSqliteSide(to.path, { mustExist: false }, (target) => move(source, target, options)),
    )
  throw new TypeError(
    'a move is from SQLite to Postgres, or back: a SQLite file is copied by `roomful backup`, Postgres by pg_dump',
  )
}

async function move(from: Side, to: Side, options: MoveOptions): Promise<Moved> {
  const epoch = await from.meta('epoch')
  if (epoch === undefined) throw new Error('the source has no epoch: no server has ever run on it')
  await claim(to, epoch, options.restart ?? false)
  const plans = await Promise.all(MOVED_TABLES.map((table) => planOf(table, from, to)))
  const total = plans.reduce((sum, { rows }) => sum + rows, 0)
  let [added, done] = [0, 0]
  for (const { table, columns, rows } of plans) {
    added += await copyTable(table, columns, { from, to }, options, (copied) =>
      options.onProgress?.({ phase: 'copy', rows: done + copied, of: total }),
    )
    done += rows
  }
  const tables = await compareAll(plans, { from, to }, total, options)
  await to.continueNumbers()
  await to.setMeta({ epoch, [MOVING_FROM]: null })
  return { epoch, added, tables }
}

/** Marks the target: until the end it belongs to this move alone. */
async function claim(to: Side, epoch: string, restart: boolean): Promise<void> {
  const claimed = await to.meta(MOVING_FROM)
  const restarted = 'move with --restart to empty it and begin again'
  if (claimed !== undefined && restart)
    // Those that refer to others go first.
    for (const table of MOVED_TABLES.toReversed()) await to.empty(table)
  else if (claimed !== undefined && claimed !== epoch)
    throw new Error(`a move from another database into the target has not ended: ${restarted}`)
  else if (claimed === undefined)
    for (const table of MOVED_TABLES)
      if ((await to.count(table)) > 0)
        throw new Error(`the target is not empty (${table.name}): a move is into a new database`)
  await to.setMeta({ [MOVING_FROM]: epoch })
}

type Plan = { readonly table: MovedTable; readonly columns: readonly Column[]; readonly rows: number }

async function planOf(table: MovedTable, from: Side, to: Side): Promise<Plan> {
  const columns = await (from.kinds ?? to.kinds)?.(table)
  const [here, there] = await Promise.all([from.columns(table), to.columns(table)])
  if (columns === undefined || columns.length === 0 || here.join() !== there.join())
    throw new Error(`the table ${table.name} has other columns on the other side`)
  return { table, columns, rows: await from.count(table) }
}

async function copyTable(
  table: MovedTable,
  columns: readonly Column[],
  { from, to }: { readonly from: Side; readonly to: Side },
  { signal }: MoveOptions,
  onCopied: (rows: number) => void,
): Promise<number> {
  let copied = 0
  const present = await to.count(table)
  for (let after = await to.last(table); ; ) {
    signal?.throwIfAborted()
    const rows = await from.page(table, columns, after, PAGE)
    if (rows.length > 0) await to.insert(table, columns, rows)
    copied += rows.length
    onCopied(present + copied)
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) return copied
    after = keyOf(table, columns, last)
  }
}

async function compareAll(
  plans: readonly Plan[],
  sides: { readonly from: Side; readonly to: Side },
  total: number,
  { signal, onProgress }: MoveOptions,
): Promise<ComparedTable[]> {
  const [tables, differences]: [ComparedTable[], Difference[]] = [[], []]
  let rows = 0
  for (const { table, columns } of plans) {
    const result = await compareTable(table, columns, sides, (more) => {
      signal?.throwIfAborted()
      rows += more
      // Each is read on both sides.
      onProgress?.({ phase: 'compare', rows: Math.floor(rows / 2), of: total })
    })
    tables.push(result.compared)
    differences.push(...result.differences)
  }
  if (differences.length > 0) throw new MoveDiffersError(differences)
  return tables
}
