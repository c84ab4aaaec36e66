import type { PoolClient } from 'pg'
import type { Row } from '../sql/column'
import { toStoreError } from './postgres-error'

export type Value = string | number | boolean | null | readonly (string | null)[]

/** A statement, parsed and planned once per connection: the name stands for the text. */
export type Statement = { readonly name: string; readonly text: string }

/**
 * One connection while it is lent. Statements are sent at once, without waiting for earlier answers (the pool's clients
 * pipeline), and run in order, one after the other. Rejects with StoreError.
 */
export interface DatabaseClient {
  query(statement: Statement | string, ...values: Value[]): Promise<readonly Row[]>
}

type Config = { readonly text: string; readonly name?: string; readonly values: readonly Value[] }

async function send(connection: PoolClient, config: Config): Promise<readonly Row[]> {
  try {
    return (await connection.query<Record<string, unknown>>({ ...config, values: [...config.values] })).rows
  } catch (error) {
    throw toStoreError(error)
  }
}

export class DirectClient implements DatabaseClient {
  constructor(private readonly connection: PoolClient) {}

  query(statement: Statement | string, ...values: Value[]): Promise<readonly Row[]> {
    const config = typeof statement === 'string' ? { text: statement } : statement
    return send(this.connection, { ...config, values })
  }
}

/**
 * The same through a pooler, which may lend another connection for each transaction: the state of a connection (named
 * statements, settings) is sent each time, and each statement has a transaction that begins with the settings.
 */
export class PooledClient implements DatabaseClient {
  #isInTransaction = false

  constructor(
    private readonly connection: PoolClient,
    private readonly settings: { readonly text: string; readonly values: readonly string[] },
  ) {}

  query(statement: Statement | string, ...values: Value[]): Promise<readonly Row[]> {
    const text = typeof statement === 'string' ? statement : statement.text
    const run = (): Promise<readonly Row[]> => send(this.connection, { text, values })
    if (/^(COMMIT|ROLLBACK)$/.test(text)) {
      this.#isInTransaction = false
      return run()
    }
    if (this.#isInTransaction) return run()
    if (text.startsWith('BEGIN')) {
      this.#isInTransaction = true
      return together(run(), send(this.connection, this.settings)).then(([rows]) => rows)
    }
    const [begun, set] = [
      send(this.connection, { text: 'BEGIN', values: [] }),
      send(this.connection, this.settings),
    ]
    const result = run()
    return together(begun, set, result, send(this.connection, { text: 'COMMIT', values: [] })).then(
      ([, , rows]) => rows,
    )
  }
}

/**
 * Waits for statements that were sent together. After one failed, the rest only report that the transaction is aborted:
 * the first failure, in the order of sending, is the reason.
 */
export async function together<T extends readonly Promise<unknown>[]>(
  ...sent: T
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(sent)
  const failed = settled.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return Promise.all(sent)
}
