import { createReadStream, existsSync } from 'node:fs'
import type { ExportedRow } from '@roomful/server'
import { CliError, EXIT } from './failure'
import { interrupted } from './io'
import { readRecords } from './records'

/**
 * The rows of an export, each checked. They end early with the signal; before the first message by an error, for a room
 * that is there has its members already.
 */
export async function* readExport(
  chunks: AsyncIterable<Uint8Array | string>,
  signal: AbortSignal,
): AsyncGenerator<ExportedRow> {
  const { decodeExportedRow } = await import('@roomful/server')
  let [number, isInMessages] = [0, false]
  try {
    for await (const line of readRecords(chunks, { kind: 'lines' })) {
      if (signal.aborted) break
      const row = decodeExportedRow(parsed(line, ++number))
      if (!row) throw new CliError('INVALID_EXPORT', `line ${number} is no row of an export`, ADVICE)
      isInMessages ||= row.kind === 'message'
      yield row
    }
  } catch (error) {
    // An interrupt destroys the input under the reader.
    if (!signal.aborted) throw error
  }
  if (signal.aborted && !isInMessages) throw interrupted()
}

/**
 * Where to go on in an export file: after the message `since`, behind its first `bytes`. What follows those is the
 * partial line of an interrupted write. Without a message it begins anew. Nothing is changed, and a file that is none is
 * refused.
 */
export async function endOfExport(path: string, roomId: string): Promise<{ since: number; bytes: number }> {
  let [since, bytes, number] = [0, 0, 0]
  let rest = Buffer.alloc(0)
  if (!existsSync(path)) return { since, bytes }
  for await (const chunk of createReadStream(path)) {
    rest = Buffer.concat([rest, Buffer.from(chunk)])
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const row = contentOf(rest.subarray(0, end).toString())
      number++
      if (row === undefined) throw otherFile(`${path} is no export: line ${number} is no row of one`)
      if (row.roomId !== roomId) throw otherFile(`${path} holds the room ${row.roomId}`)
      since = row.seq ?? since
      bytes += end + 1
      rest = rest.subarray(end + 1)
    }
    // Before the whole of a large file is in memory, as one line.
    if (bytes === 0 && !isBegun(rest)) throw otherFile(`${path} is no export`)
  }
  return since === 0 ? { since, bytes: 0 } : { since, bytes }
}

const KINDS = ['room', 'member', 'message'] as const satisfies ExportedRow['kind'][]

/**
 * What of a whole row counts at the end of a file. Only that is looked at, and not by the server's schemas: a client is
 * installed without the server.
 */
function contentOf(line: string): { readonly roomId: string; readonly seq?: number } | undefined {
  const row = jsonOf(line)
  const kind = isRecord(row) ? KINDS.find((one) => one === row.kind) : undefined
  const content = kind !== undefined && isRecord(row) ? row[kind] : undefined
  if (!isRecord(content)) return undefined
  const { seq } = content
  const roomId = kind === 'room' ? content.id : content.roomId
  if (typeof roomId !== 'string') return undefined
  if (kind !== 'message') return { roomId }
  return typeof seq === 'number' ? { roomId, seq } : undefined
}

/** Whether a partial first line may be that of an export: as much of it as there is, as this program writes it. */
function isBegun(line: Buffer): boolean {
  const text = line.subarray(0, 64).toString()
  return KINDS.map((kind) => `{"kind":"${kind}","${kind}":{"`).some(
    (start) => text.startsWith(start) || start.startsWith(text),
  )
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const otherFile = (what: string): CliError => new CliError('USAGE', what, 'choose another file', EXIT.usage)

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new CliError('INVALID_EXPORT', `line ${number} is no JSON`, ADVICE, 1, { cause })
  }
}

const ADVICE = 'what `roomful export` writes is understood'
