import type { PoolClient } from 'pg'
import type { Row } from '../sql/column'
import { toStoreError } from './postgres-error'

export type Value = string | number | boolean | null | readonly string[]

/** A statement that is parsed and planned once a connection: the name stands for the text. */
export type Statement = { readonly name: string; readonly text: string }

/**
 * One connection while it is lent. Statements are sent as they are asked for, without waiting for the answers before
 * them (the pool's clients pipeline), and run in that order, each beginning after the one before has ended.
 * Rejects with StoreError.
 */
export interface Session {
  query(statement: Statement | string, ...values: Value[]): Promise<readonly Row[]>
}

export class ClientSession implements Session {
  readonly #client: PoolClient

  constructor(client: PoolClient) {
    this.#client = client
  }

  async query(statement: Statement | string, ...values: Value[]): Promise<readonly Row[]> {
    try {
      const config = typeof statement === 'string' ? { text: statement } : statement
      const result = await this.#client.query<Record<string, unknown>>({ ...config, values })
      return result.rows
    } catch (error) {
      throw toStoreError(error)
    }
  }
}

/**
 * Waits for statements that were sent together. After one failed the rest say only that the transaction is aborted:
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
