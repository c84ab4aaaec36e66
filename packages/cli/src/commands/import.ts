import { createReadStream } from 'node:fs'
import { importRoom, openStore } from '@roomful/server'
import { EXIT } from '../failure'
import { type Io, write } from '../io'
import { showProgress } from '../progress'
import { readExport } from '../transfer-file'

type ImportOptions = {
  readonly database: string
  /** Absent: standard input. */
  readonly input?: string
  readonly json: boolean
}

/** Imports an exported room into a database; rows that exist are left alone. */
export async function importCommand(io: Io, { database, input, json }: ImportOptions): Promise<number> {
  const progress = showProgress(io, 'imported')
  const store = await openStore(database)
  try {
    const rows = readExport(input === undefined ? io.stdin : createReadStream(input))
    const done = await importRoom(store, rows, (messages) => progress.add(messages - progress.count))
    progress.end()
    const { roomId, added, present } = done
    const text = `${added} messages added to ${roomId}, ${present} were there\n`
    await write(io.stdout, json ? `${JSON.stringify(done)}\n` : text)
    return EXIT.ok
  } finally {
    await store.close()
  }
}
