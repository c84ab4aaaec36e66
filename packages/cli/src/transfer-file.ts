import { createReadStream, existsSync } from 'node:fs'
import { truncate } from 'node:fs/promises'
import type { ExportedRow } from '@roomful/server'
import { CliError } from './failure'
import { readRecords } from './records'

/** The rows of an export, each checked. They end early with the signal. */
export async function* readExport(
  chunks: AsyncIterable<Uint8Array | string>,
  signal: AbortSignal,
): AsyncGenerator<ExportedRow> {
  const { decodeExportedRow } = await import('@roomful/server')
  let number = 0
  try {
    for await (const line of readRecords(chunks, { kind: 'lines' })) {
      if (signal.aborted) return
      const row = decodeExportedRow(parsed(line, ++number))
      if (!row) throw new CliError('INVALID_EXPORT', `line ${number} is no row of an export`, ADVICE)
      yield row
    }
  } catch (error) {
    // An interrupt destroys the input under the reader.
    if (!signal.aborted) throw error
  }
}

/**
 * Where an export file ends: the seq of its last message; undefined if it has none and starts anew. Removes the partial
 * line of an interrupted write.
 */
export async function endOfExport(path: string, roomId: string): Promise<number | undefined> {
  if (!existsSync(path)) return undefined
  let [lastSeq, bytes, number]: [number | undefined, number, number] = [undefined, 0, 0]
  let rest = Buffer.alloc(0)
  for await (const chunk of createReadStream(path)) {
    rest = Buffer.concat([rest, Buffer.from(chunk)])
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const row = parsed(rest.subarray(0, end).toString(), ++number)
      lastSeq = seqIn(row, roomId, path) ?? lastSeq
      bytes += end + 1
      rest = rest.subarray(end + 1)
    }
  }
  await truncate(path, lastSeq === undefined ? 0 : bytes)
  return lastSeq
}

/** The seq of a message's row. It is what this program wrote: only its end matters, and the server's schemas are not here. */
function seqIn(row: unknown, roomId: string, path: string): number | undefined {
  if (typeof row !== 'object' || row === null) return undefined
  if ('room' in row && idOf(row.room) !== roomId)
    throw new CliError('USAGE', `${path} holds the room ${idOf(row.room)}`, 'choose another file', 2)
  if (!('message' in row) || typeof row.message !== 'object' || row.message === null) return undefined
  return 'seq' in row.message && typeof row.message.seq === 'number' ? row.message.seq : undefined
}

const idOf = (room: unknown): string =>
  typeof room === 'object' && room !== null && 'id' in room ? String(room.id) : 'of no id'

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new CliError('INVALID_EXPORT', `line ${number} is no JSON`, ADVICE, 1, { cause })
  }
}

const ADVICE = 'what `roomful export` writes is understood'
