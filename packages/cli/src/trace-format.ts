import type { InspectedEvent, InspectedRange, InspectedRoom, Inspection } from '@roomful/client'
import { visibleLine } from './visible'

const TEXT_MOST = 200

/** Who, when, and how it stood at the end of the trace. */
export function summaryOf(inspection: Inspection, payloads: boolean): string {
  const { at, userId, connection, storage, tabs, counts, outboxCount, events, forgotten } = inspection
  const { status, code } = connection
  const lines = [
    `Trace of ${userId ?? 'an unknown user'}, ended ${timeOf(at)}, ${events.length} events${forgotten > 0 ? ` (${forgotten} older ones forgotten)` : ''}`,
    `Connection ${status}${code === undefined ? '' : ` (${code})`}, storage ${storage.status} (${storage.kind}), tabs ${tabs.mode}${tabs.isWriter ? ', this one writes' : ''}`,
    `Requests ${counts.requests} (${counts.refused} refused, ${counts.unanswered} unanswered), frames ${counts.received}, connects ${counts.connects}`,
    `Gaps ${counts.gapsFound} found, ${counts.gapsHealed} healed; syncs ${counts.resyncs}; longest healing ${Math.round(counts.longestHealMs)} ms`,
    `Outbox ${outboxCount} waiting`,
  ]
  if (!payloads) lines.push('Texts were left out when it was recorded')
  return lines.map(visibleLine).join('\n')
}

export const roomRow = (room: InspectedRoom): string[] => [
  String(room.id),
  `${room.subscription}${room.gap ? `, gap at ${room.gap.rev}` : ''}${room.request ? `, asks ${room.request}` : ''}`,
  `${room.cursor}${room.highestSeenRev > room.cursor ? ` of ${room.highestSeenRev}` : ''}`,
  rangesOf(room.ranges),
  rangesOf(room.holes),
  `${room.unread.count} (${room.unread.from}${room.unread.isStale ? ', stale' : ''})`,
  `${room.outbox.entries}${room.outbox.failed > 0 ? `, ${room.outbox.failed} failed` : ''}`,
]

const rangesOf = (ranges: readonly InspectedRange[]): string =>
  ranges.length === 0
    ? '-'
    : ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(' ')

/** One line of the timeline: `→` leaves, `←` arrives. `start`: when the first event was. */
export function eventRow(event: InspectedEvent, start: number, payloads: boolean): string[] {
  const room = 'roomId' in event ? (event.roomId ?? '') : ''
  const row = (arrow: string, what: string, how: string) => [
    String(event.no),
    `+${((event.at - start) / 1_000).toFixed(3)}`,
    arrow,
    what,
    String(room),
    how,
  ]
  switch (event.kind) {
    case 'connection':
      return row('=', `connection ${event.status}`, event.code ?? '')
    case 'request':
      return row('→', event.event, `#${event.request} ${shown(event.payload, payloads)}`.trimEnd())
    case 'answer': {
      const outcome = event.code === undefined ? event.outcome : `${event.outcome} ${event.code}`
      return row('←', event.event, `#${event.request} ${outcome}, ${event.tookMs} ms`)
    }
    case 'received':
      return row('←', event.event, shown(event.payload, payloads))
    case 'gap-found':
      return row('!', 'gap found', `rev ${event.rev}`)
    case 'gap-healed':
      return row('+', 'gap healed', `rev ${event.rev}, ${event.tookMs} ms`)
    case 'storage':
      return row('=', `storage ${event.status}`, event.reason ?? '')
    default:
      return unknownRow(event, row)
  }
}

/** Of a newer version, which knows more kinds. */
function unknownRow(event: never, row: (arrow: string, what: string, how: string) => string[]): string[] {
  const { kind } = event as { kind?: unknown }
  return row('?', String(kind), '')
}

/** Without texts the shape of a payload says little: it is left to `--json`. */
function shown(payload: unknown, payloads: boolean): string {
  if (!payloads) return ''
  const text = JSON.stringify(payload) ?? ''
  return text.length > TEXT_MOST ? `${text.slice(0, TEXT_MOST)}…` : text
}

const timeOf = (ms: number): string => new Date(ms).toISOString()
