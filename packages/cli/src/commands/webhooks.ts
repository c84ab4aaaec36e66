import { type DeadWebhook, openWebhooks, type Webhooks } from '@roomful/server'
import { CliError, EXIT } from '../failure'
import { type Io, interruptCode, write } from '../io'
import { showTable } from '../show-table'
import { formatTable } from '../table'

type Options = { readonly database: string; readonly json: boolean }

/** Ids of one call. */
const IDS = 500

export function listWebhooks(io: Io, options: Options): Promise<number> {
  return withWebhooks(io, options, async (webhooks) => {
    const all = await webhooks.list()
    const rows = all.map(({ id, waiting, dead, oldestAt }) => [id, `${waiting}`, `${dead}`, oldestAt ?? ''])
    if (options.json) await write(io.stdout, lines(all))
    else
      await showTable(io, ['ENDPOINT', 'WAITING', 'DEAD', 'OLDEST'], rows, 'Nothing waits for any endpoint.')
  })
}

/** Page by page: there may be ten thousand. */
export function deadWebhooks(io: Io, endpoint: string, options: Options): Promise<number> {
  return withWebhooks(io, options, async (webhooks) => {
    let after: number | undefined
    do {
      const { letters, next } = await webhooks.dead(endpoint, after === undefined ? {} : { after })
      const rows = letters.map(rowOf)
      if (options.json) await write(io.stdout, lines(letters))
      else if (after !== undefined) await write(io.stdout, formatTable(rows))
      else
        await showTable(io, ['EVENT', 'TYPE', 'GIVEN UP', 'REASON'], rows, `${endpoint} has no dead letters.`)
      after = next
    } while (after !== undefined && !io.signal.aborted)
  })
}

export function replayWebhooks(
  io: Io,
  endpoint: string,
  ids: readonly string[],
  options: Options,
): Promise<number> {
  return withWebhooks(io, options, async (webhooks) => {
    let replayed = 0
    if (ids.length === 0) replayed = await webhooks.replay(endpoint)
    for (let at = 0; at < ids.length && !io.signal.aborted; at += IDS)
      replayed += await webhooks.replay(endpoint, { ids: ids.slice(at, at + IDS) })
    const text = `${replayed} ${replayed === 1 ? 'waits' : 'wait'} again.`
    await write(io.stdout, `${options.json ? JSON.stringify({ replayed }) : text}\n`)
  })
}

const lines = (all: readonly object[]): string => all.map((one) => `${JSON.stringify(one)}\n`).join('')

/** Without the body: it has what users wrote. */
const rowOf = ({ id, type, deadAt, reason }: DeadWebhook): readonly string[] => [
  ...[id, type, new Date(deadAt).toISOString(), reason],
]

async function withWebhooks(
  io: Io,
  { database }: Options,
  work: (webhooks: Webhooks) => Promise<void>,
): Promise<number> {
  try {
    const webhooks = await openWebhooks(database)
    try {
      await work(webhooks)
    } finally {
      await webhooks.close()
    }
    return io.signal.aborted ? interruptCode(io.signal) : EXIT.ok
  } catch (error) {
    if (error instanceof CliError) throw error
    const message = error instanceof Error ? error.message : String(error)
    throw new CliError('DATABASE', message, undefined, EXIT.failed, { cause: error })
  }
}
