import { readFile } from 'node:fs/promises'
import type { InspectedEvent, InspectTrace } from '@roomful/client'
import { CliError, EXIT } from '../failure'
import { type Io, unlessInterrupted, write } from '../io'
import { formatTable } from '../table'
import { eventRow, roomRow, summaryOf } from '../trace-format'
import { visibleJson } from '../visible'

type ReplayOptions = {
  readonly file: string
  /** Only events of this room. */
  readonly room?: string
  /** Only events whose kind, or whose name on the wire, has this in it. */
  readonly only?: string
  readonly json: boolean
}

/** Shows a trace of `chat.inspect()`: what stood where at its end, and all that happened before, one line an event. */
export async function replay(io: Io, { file, room, only, json }: ReplayOptions): Promise<number> {
  const { inspection, payloads } = traceIn(await unlessInterrupted(io, contentOf(io, file)), file)
  const events = inspection.events.filter((event) => isWanted(event, room, only))
  if (json) {
    for (const event of events) await write(io.stdout, `${visibleJson(event)}\n`)
    return EXIT.ok
  }
  await write(io.stdout, `${summaryOf(inspection, payloads)}\n\n`)
  if (inspection.rooms.length > 0) {
    const head = ['ROOM', 'STATE', 'CURSOR', 'LOADED', 'HOLES', 'UNREAD', 'WAITING']
    await write(io.stdout, `${formatTable([head, ...inspection.rooms.map(roomRow)])}\n`)
  }
  const start = inspection.events[0]?.at ?? 0
  const rows = events.map((event) => eventRow(event, start, payloads))
  await write(io.stdout, formatTable([['NO', 'TIME', '', 'WHAT', 'ROOM', 'HOW'], ...rows]))
  return EXIT.ok
}

function isWanted(event: InspectedEvent, room: string | undefined, only: string | undefined): boolean {
  const [ofRoom, name] = ['roomId' in event ? event.roomId : undefined, 'event' in event ? event.event : '']
  if (room !== undefined && ofRoom !== room) return false
  return only === undefined || event.kind.includes(only) || name.includes(only)
}

async function contentOf(io: Io, file: string): Promise<string> {
  try {
    if (file !== '-') return await readFile(file, 'utf8')
    const parts: Buffer[] = []
    for await (const part of io.stdin) parts.push(Buffer.from(part))
    return Buffer.concat(parts).toString('utf8')
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new CliError(
      'FILE_UNREADABLE',
      message,
      'name the file of a trace, or - for standard input',
      EXIT.failed,
      {
        cause,
      },
    )
  }
}

/** A file of elsewhere: what is shown of it is checked before. */
function traceIn(text: string, file: string): InspectTrace {
  const advice = 'write it with JSON.stringify(inspector.trace())'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new CliError('NO_TRACE', `${file} is not JSON`, advice, EXIT.failed, { cause })
  }
  if (!isRecord(value) || value.format !== 'roomful-trace')
    throw new CliError('NO_TRACE', `${file} is no trace of Roomful`, advice)
  if (value.version !== 1)
    throw new CliError(
      'NO_TRACE',
      `${file} is of version ${String(value.version)}, this reads 1`,
      'take a newer roomful',
    )
  if (!isTrace(value)) throw new CliError('NO_TRACE', `${file} is damaged`, advice)
  return value
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Has all that is shown of it the type that it is shown by? */
function isTrace(
  value: Readonly<Record<string, unknown>>,
): value is InspectTrace & Readonly<Record<string, unknown>> {
  const { inspection } = value
  if (!isRecord(inspection)) return false
  const { events, rooms, counts, connection, storage, tabs, outboxCount, forgotten, at } = inspection
  return (
    Array.isArray(events) &&
    events.every((event) => isRecord(event) && typeof event.kind === 'string' && isTime(event.at)) &&
    Array.isArray(rooms) &&
    rooms.every(isRoom) &&
    [counts, connection, storage, tabs].every(isRecord) &&
    [outboxCount, forgotten].every((one) => typeof one === 'number') &&
    isTime(at)
  )
}

/** What `Date` can show. */
const isTime = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) <= 8.64e15

const isRoom = (room: unknown): boolean =>
  isRecord(room) &&
  Array.isArray(room.ranges) &&
  Array.isArray(room.holes) &&
  isRecord(room.unread) &&
  isRecord(room.outbox)
