import { type RoomId, retryOf, type UserId } from '@roomful/protocol'
import type { Op, Refusal } from '../core/ops'
import { SERVER_ACTOR } from '../core/server-actor'
import type { Services } from '../handlers/handler'
import type { Traces } from './traces'

/** What stands in the place of a deleted user's name. */
const NAMELESS = 'Deleted user'

/**
 * Takes a user's name from what a step of the walk has found, and the messages too if they are to be blank. Rooms one
 * after the other, each in the order of its rows: the membership last, so that a walk that was cut finds the room again.
 */
export async function forgetTraces(
  { store, pipeline, clock }: Services,
  userId: UserId,
  { messages, ended }: Traces,
  blank: boolean,
): Promise<{ changed: number } | Refusal> {
  const was = (await store.read((reader) => reader.user(userId)))?.name
  const base = { actor: SERVER_ACTOR, at: clock.now(), userId }
  const names = { was, now: NAMELESS }
  const byRoom = new Map<RoomId, Op[]>()
  const add = (roomId: RoomId, op: Op): void => void byRoom.set(roomId, [...(byRoom.get(roomId) ?? []), op])
  for (const { roomId, id } of messages)
    add(roomId, { kind: 'anonymise', ...base, messageId: id, names, blank })
  for (const { roomId } of ended) add(roomId, { kind: 'forget-member', ...base, name: NAMELESS })
  for (const [roomId, ops] of byRoom) {
    const outcomes = await pipeline.submitAll(roomId, ops)
    // What is gone meanwhile needs no more to be forgotten.
    const refusal = outcomes.find((outcome) => !outcome.ok && retryOf(outcome.code) !== 'never')
    if (refusal && !refusal.ok) return refusal
  }
  return { changed: messages.length }
}
