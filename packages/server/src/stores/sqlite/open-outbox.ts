import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Outbox } from '../outbox'
import { Connection } from './connection'
import { sqliteOutbox } from './outbox'
import { Writer } from './writer'

/** Beside a server: each call is a short transaction, for which the server's writer waits if need be. */
export async function openFileOutbox(file: string): Promise<{ outbox: Outbox; close(): Promise<void> }> {
  const path = resolve(file)
  if (!existsSync(path)) throw new Error(`${path} is not there`)
  const connection = new Connection(realpathSync(path))
  if (!connection.get("SELECT 1 FROM sqlite_master WHERE name = 'outbox_events'")) {
    connection.close()
    throw new Error(`${path} is of an older version: \`roomful migrate\` brings it to this one`)
  }
  const writer = new Writer(connection)
  const outbox = sqliteOutbox({
    write: (work) => writer.write(work),
    read: async (work) => work(connection),
  })
  return { outbox, close: async () => writer.close() }
}
