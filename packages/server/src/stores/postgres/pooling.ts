import { Client } from 'pg'
import { accessOf, MARK, type Pooling, startOptions } from './access'
import { toStoreError } from './postgres-error'

const CONNECT_TIMEOUT_MS = 5_000
/** A pooler lends the connection that was returned last, unless another client was quicker. */
const TRIES = 5

/**
 * Detects a pooler such as PgBouncer between this server and its database, and for how long it lends a connection.
 *
 * Our settings are sent at the start of a connection. A pooler refuses or drops them. One that lends a connection per
 * transaction gives the same one to two connected clients in turn.
 */
export async function poolingOf(url: string): Promise<Pooling> {
  const { connectionString, settings } = accessOf(url)
  try {
    const options = startOptions({ ...settings, [MARK]: 'on' })
    const isDirect = await withClient(connectionString, options, async (client) => {
      const found = await client.query(`SELECT current_setting('${MARK}', true) AS mark`)
      return found.rows[0]?.mark === 'on'
    })
    if (isDirect) return 'none'
  } catch (error) {
    if (!isRefusedOption(error)) throw toStoreError(error)
  }
  try {
    return await withClient(connectionString, undefined, (first) =>
      withClient(connectionString, undefined, async (second) => {
        for (let i = 0; i < TRIES; i++)
          if ((await pidOf(first)) === (await pidOf(second))) return 'transaction'
        return 'session'
      }),
    )
  } catch (error) {
    throw toStoreError(error)
  }
}

/** PgBouncer's message, which others use as well. Postgres would not know the setting's name. */
const isRefusedOption = (error: unknown): boolean =>
  error instanceof Error && /unsupported startup parameter/i.test(error.message)

async function pidOf(client: Client): Promise<unknown> {
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
  return rows[0]?.pid
}

async function withClient<T>(
  connectionString: string,
  options: string | undefined,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({
    connectionString,
    application_name: 'roomful',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
    ...(options === undefined ? {} : { options }),
  })
  // Its queries are rejected with the same error; without a listener it would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}
