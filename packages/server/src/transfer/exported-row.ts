import { Member, Message, Room } from '@roomful/protocol'
import * as v from 'valibot'

const Row = v.variant('kind', [
  v.object({ kind: v.literal('room'), room: Room }),
  v.object({ kind: v.literal('member'), member: Member }),
  v.object({ kind: v.literal('message'), message: Message }),
])

/** A line of an export: the room first, then its members, then its messages by seq, tombstones included. */
export type ExportedRow = v.InferOutput<typeof Row>

/** One line of an export, parsed as JSON; undefined: it is not one. */
export function decodeExportedRow(value: unknown): ExportedRow | undefined {
  const result = v.safeParse(Row, value)
  return result.success ? result.output : undefined
}
