import type { Message, StreamPiece } from '@roomful/protocol'
import { isGrowing, LIMITS } from '@roomful/protocol/plain'
import type { SendEntry } from '../outbox/entry'
import type { RoomModel } from '../room/room-model'
import type { GrowingText, Produced } from './growing-text'
import { at, seqOf } from './timeline'

/** Pieces of one message that wait for its row. The row comes within a second: later ones are in it. */
const AHEAD_MAX = 40

/** A piece of a message that is not held, or of another run than its row, is dropped: the row will have it. */
export function onDeltas(model: RoomModel, deltas: readonly StreamPiece[]): RoomModel {
  let texts: Map<string, GrowingText> | undefined
  for (const piece of deltas) {
    const row = rowOf(model, piece.messageId)
    if (!row || !isGrowing(row) || runOf(row) !== piece.run) continue
    const held = (texts ?? model.growing.texts).get(row.id)
    const before = held?.run === piece.run ? held : { run: piece.run, text: row.content, ahead: [] }
    const after = joined(before.text, [...before.ahead, piece])
    if (after.text === before.text && after.ahead.length === before.ahead.length) continue
    texts ??= new Map(model.growing.texts)
    if (texts.size < LIMITS.streamsPerRoom || texts.has(row.id)) texts.set(row.id, { ...before, ...after })
  }
  return texts ? { ...model, growing: { ...model.growing, texts } } : model
}

export function onProduced(model: RoomModel, clientId: string, now: Produced | null): RoomModel {
  const next = new Map(model.growing.produced)
  if (now !== null) next.set(clientId, now)
  else if (!next.delete(clientId)) return model
  return { ...model, growing: { ...model.growing, produced: next } }
}

/** After other rows: what is not ahead of them is dropped, and what waited for them continues them. */
export function regrown(model: RoomModel): RoomModel {
  const { texts } = model.growing
  if (texts.size === 0) return model
  const next = new Map<string, GrowingText>()
  let isSame = true
  for (const [id, held] of texts) {
    const row = rowOf(model, id)
    const isAhead = row && isGrowing(row) && runOf(row) === held.run
    if (isAhead && held.text.startsWith(row.content) && held.ahead.length === 0) {
      next.set(id, held)
      continue
    }
    isSame = false
    if (!isAhead) continue
    const text = held.text.startsWith(row.content) ? held.text : row.content
    next.set(id, { run: held.run, ...joined(text, held.ahead) })
  }
  return isSame ? model : { ...model, growing: { ...model.growing, texts: next } }
}

/** The content of a row, with what its producer has added since. */
export function grownText({ growing, me }: RoomModel, row: Message): string {
  if (!isGrowing(row)) return row.content
  const own = row.senderId === me ? growing.produced.get(row.clientId ?? '')?.text : undefined
  const held = growing.texts.get(row.id)
  const text = own ?? (held?.run === runOf(row) ? held.text : '')
  return text.length > row.content.length && text.startsWith(row.content) ? text : row.content
}

/** Of a message that is not confirmed yet, or was refused just now. */
export const producedText = ({ growing }: RoomModel, entry: SendEntry): string | undefined =>
  growing.produced.get(entry.id)?.text

/** The messages, by id or clientId, whose text differs. */
export function* changedTexts(before: RoomModel, after: RoomModel): Iterable<string> {
  const [was, is] = [before.growing, after.growing]
  if (was === is) return
  yield* changedKeys(was.texts, is.texts)
  for (const clientId of changedKeys(was.produced, is.produced)) {
    yield clientId
    // Confirmed, it is found by its id.
    const id = (is.produced.get(clientId) ?? was.produced.get(clientId))?.id
    if (id !== undefined) yield id
  }
}

function* changedKeys<V>(was: ReadonlyMap<string, V>, is: ReadonlyMap<string, V>): Iterable<string> {
  for (const key of new Set([...was.keys(), ...is.keys()])) if (was.get(key) !== is.get(key)) yield key
}

/** The pieces that continue the text, in any order; those that leave a gap are kept, the latest of them. */
function joined(text: string, pieces: readonly StreamPiece[]): Omit<GrowingText, 'run'> {
  let whole = text
  let waiting = pieces
  for (let isLonger = true; isLonger; ) {
    isLonger = false
    const rest: StreamPiece[] = []
    for (const piece of waiting) {
      const { offset, text: added } = piece
      if (offset > whole.length) rest.push(piece)
      else if (offset + added.length > whole.length) {
        whole += added.slice(whole.length - offset)
        isLonger = true
      }
    }
    waiting = rest
  }
  return { text: whole, ahead: waiting.slice(-AHEAD_MAX) }
}

const rowOf = ({ rows }: RoomModel, id: string): Message | undefined =>
  at(rows.timeline, seqOf(rows.timeline, id) ?? 0)

/** Which of its producers writes it: each resume begins a run. */
export const runOf = ({ stream }: Pick<Message, 'stream'>): number => stream?.run ?? 0
