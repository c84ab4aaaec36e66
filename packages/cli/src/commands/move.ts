import { moveDatabase, shownUrl } from '@roomful/server'
import { coloursOf } from '../colours'
import { databaseFailure } from '../database-failure'
import { CliError, EXIT } from '../failure'
import { type Io, interruptCode, write } from '../io'
import { type Progress, showProgress } from '../progress'
import { databaseFrom } from '../setting'
import { formatTable } from '../table'

type MoveOptions = {
  readonly from?: string
  readonly fromUrlFile?: string
  readonly to?: string
  readonly toUrlFile?: string
  readonly restart?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

/** Of the hash by which two tables differ, so many digits are enough for people. */
const HASH_SHOWN = 16

/** Moves, then prints each table with its rows and its hash, which is the same on both sides. */
export async function move(io: Io, options: MoveOptions): Promise<number> {
  const from = urlOf(io, '--from', options.from, options.fromUrlFile)
  const to = urlOf(io, '--to', options.to, options.toUrlFile)
  const steps: { copy?: Progress; compare?: Progress } = {}
  const step = (phase: 'copy' | 'compare'): Progress => {
    if (phase === 'compare') steps.copy?.end()
    steps[phase] ??= showProgress(io, {
      ...options,
      what: phase === 'copy' ? 'rows copied' : 'rows compared',
    })
    return steps[phase]
  }
  let before: number | undefined
  try {
    const moved = await moveDatabase({
      ...{ from, to, signal: io.signal, restart: options.restart === true },
      onProgress: ({ phase, rows, of }) => {
        const progress = step(phase)
        // What an earlier run has copied is no speed of this one.
        if (phase === 'copy') before ??= rows
        progress.reached(of === 0 ? 1 : rows / of)
        progress.add(rows - (phase === 'copy' ? (before ?? 0) : 0) - progress.count)
      },
    })
    steps.compare?.end()
    await write(io.stdout, options.json ? `${JSON.stringify(moved)}\n` : textOf(io, moved, from, to))
    return EXIT.ok
  } catch (error) {
    if (io.signal.aborted && error === io.signal.reason)
      throw new CliError('ABORTED', 'interrupted: the same line goes on', undefined, interruptCode(io.signal))
    throw withAdvice(error)
  } finally {
    for (const progress of Object.values(steps)) progress?.end()
  }
}

function urlOf(
  io: Io,
  flag: string,
  database: string | undefined,
  databaseUrlFile: string | undefined,
): string {
  const found = databaseFrom({ ...io, env: {} }, { database, databaseUrlFile })
  if (found !== undefined) return found
  throw new CliError('USAGE', `${flag} is not given`, `name the database with ${flag}`, EXIT.usage)
}

function withAdvice(error: unknown): CliError {
  if (error instanceof Error && 'code' in error && error.code === 'DATABASE_IN_USE')
    return new CliError(
      'DATABASE_IN_USE',
      error.message,
      'stop all servers on both databases first',
      EXIT.failed,
      {
        cause: error,
      },
    )
  if (error instanceof Error && 'code' in error && error.code === 'MOVE_DIFFERS')
    return new CliError(
      'MOVE_DIFFERS',
      error.message,
      'one of them was written to meanwhile: add --restart',
      EXIT.failed,
      {
        cause: error,
      },
    )
  if (error instanceof TypeError)
    return new CliError('USAGE', error.message, undefined, EXIT.usage, { cause: error })
  return databaseFailure(error)
}

function textOf(
  io: Io,
  { added, tables }: Awaited<ReturnType<typeof moveDatabase>>,
  from: string,
  to: string,
): string {
  const rows = tables.filter((table) => table.rows > 0)
  const lines = rows.map(({ table, rows, hash }) => [table, String(rows), hash.slice(0, HASH_SHOWN)])
  const next = to.startsWith('sqlite:')
    ? `roomful serve --database ${to}`
    : `roomful serve --database ${shownUrl(to)} --jwt-secret-file <the file that the server used before>`
  return [
    formatTable([['TABLE', 'ROWS', 'HASH'], ...lines], coloursOf(io)),
    `${added} rows copied; ${shownUrl(from)} and ${shownUrl(to)} hold the same, and the first is as it was.\n`,
    `Uploaded files stay where they are. Next: ${next}\n`,
  ].join('')
}
