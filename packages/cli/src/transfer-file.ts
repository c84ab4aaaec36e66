import { createReadStream, existsSync } from 'node:fs'
import { truncate } from 'node:fs/promises'
import { decodeExportedRow, type ExportedRow } from '@roomful/server'
import { CliError } from './failure'
import { readRecords } from './records'

/** The rows of an export, each checked. A last line without a newline was cut short and is skipped. */
export async function* readExport(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<ExportedRow> {
  let number = 0
  for await (const line of readRecords(chunks, { kind: 'lines' })) yield rowOf(line, ++number)
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
      const row = rowOf(rest.subarray(0, end).toString(), ++number)
      checkRoom(row, roomId, path)
      if (row.kind === 'message') lastSeq = row.message.seq
      bytes += end + 1
      rest = rest.subarray(end + 1)
    }
  }
  await truncate(path, lastSeq === undefined ? 0 : bytes)
  return lastSeq
}

function checkRoom(row: ExportedRow, roomId: string, path: string): void {
  if (row.kind === 'room' && row.room.id !== roomId)
    throw new CliError('USAGE', `${path} holds the room ${row.room.id}`, 'choose another file', 2)
}

function rowOf(line: string, number: number): ExportedRow {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new CliError('INVALID_EXPORT', `line ${number} is no JSON`, ADVICE, 1, { cause })
  }
  const row = decodeExportedRow(value)
  if (row) return row
  throw new CliError('INVALID_EXPORT', `line ${number} is no row of an export`, ADVICE)
}

const ADVICE = 'what `roomful export` writes is understood'
