import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { importRoom, openStore } from '@roomful/server'
import { onDatabase } from '../database-failure'
import { EXIT } from '../failure'
import { type Io, interruptCode, write } from '../io'
import { type Progress, showProgress } from '../progress'
import { readExport } from '../transfer-file'

type ImportOptions = {
  readonly database: string
  /** Absent: standard input. */
  readonly input?: string
  readonly json: boolean
  readonly quiet?: boolean
}

/**
 * Imports an exported room into a database; rows that exist are left alone. Ctrl+C ends it after what it has read, and the
 * same line goes on.
 */
export async function importCommand(io: Io, options: ImportOptions): Promise<number> {
  const { database, input, json } = options
  const progress = showProgress(io, { ...options, what: 'messages imported' })
  const store = await onDatabase(() => openStore(database))
  try {
    const rows = readExport(await inputOf(io, input, progress), io.signal)
    const done = await onDatabase(() =>
      importRoom(store, rows, (messages) => progress.add(messages - progress.count)),
    )
    progress.end()
    const { roomId, added, present } = done
    const text = `${added} messages added to ${roomId}, ${present} were there\n`
    await write(io.stdout, json ? `${JSON.stringify(done)}\n` : text)
    return io.signal.aborted ? interruptCode(io.signal) : EXIT.ok
  } finally {
    progress.end()
    await store.close()
  }
}

/** Of a file the size is known: so is how much is left. */
async function inputOf(
  io: Io,
  input: string | undefined,
  progress: Progress,
): Promise<AsyncIterable<Uint8Array>> {
  if (input === undefined) return io.stdin
  const { size } = await stat(input)
  return counted(createReadStream(input), (bytes) => progress.reached(bytes / size))
}

async function* counted(
  chunks: AsyncIterable<Buffer>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of chunks) {
    yield chunk
    bytes += chunk.length
    onRead(bytes)
  }
}
