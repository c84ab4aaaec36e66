import {
  unstable_at as at,
  type unstable_RoomCore as RoomModel,
  unstable_rangesOf as rangesOf,
} from '@roomful/client'
import type { Message } from '@roomful/protocol'
import type { TrueRoom } from './truth'

/**
 * I5 and I8 for one room of one device: every message in its ranges is one of the server's, and equals the server's row
 * unless that row is past the cursor. Equal pairs are remembered: rows never change in place, so an unchanged row costs
 * one lookup.
 */
export class Soundness {
  readonly #equal = new WeakMap<Message, Message>()

  /** What is wrong; undefined: nothing. */
  check(model: RoomModel, truth: TrueRoom): string | undefined {
    if (model.sync.cursor > truth.rev)
      return `I5: the cursor ${model.sync.cursor} is past the head ${truth.rev}`
    for (const { from, to } of rangesOf(model.rows.timeline)) {
      if (to > truth.lastSeq) return `I8: seq ${to} is held, and the room ends at ${truth.lastSeq}`
      for (let seq = from; seq <= to; seq++) {
        const theirs = truth.rows[seq - 1]
        if (theirs === undefined) return `I8: seq ${seq} is held and never was`
        const ours = at(model.rows.timeline, seq)
        if (ours === undefined) return `I7: seq ${seq} is in a range and not held`
        if (this.#equal.get(ours) === theirs) continue
        if (ours.rev > theirs.rev) return `I8: seq ${seq} is held as of rev ${ours.rev}, which never was`
        if (ours.rev < theirs.rev) {
          if (theirs.rev <= model.sync.cursor)
            return `I5: at rev ${model.sync.cursor} seq ${seq} is held as of ${ours.rev}, the server has ${theirs.rev}`
          continue
        }
        const difference = differ(ours, theirs, model.me)
        if (difference !== undefined) return `I5: seq ${seq} at rev ${ours.rev} differs in ${difference}`
        this.#equal.set(ours, theirs)
      }
    }
    return undefined
  }
}

/** What two equal rows have alike, field by field: a new one does not compile without its place here. */
const ALIKE: { readonly [K in keyof Message]-?: 'same' | 'json' | 'looked at apart' } = {
  id: 'same',
  roomId: 'same',
  seq: 'same',
  rev: 'looked at apart',
  senderId: 'same',
  senderName: 'same',
  clientId: 'same',
  type: 'same',
  content: 'same',
  replyTo: 'same',
  createdAt: 'same',
  editedAt: 'same',
  deleted: 'same',
  reactions: 'looked at apart',
  pinned: 'json',
  stream: 'json',
  metadata: 'json',
}
const fieldsOf = (how: 'same' | 'json'): (keyof Message)[] =>
  (Object.keys(ALIKE) as (keyof Message)[]).filter((field) => ALIKE[field] === how)
const [SAME, JSON_FIELDS] = [fieldsOf('same'), fieldsOf('json')]

/** The first field in which two rows differ. `mine` is the reader's, and known if all users are named. */
export function differ(ours: Message, theirs: Message, me: string | null): string | undefined {
  for (const field of SAME) if (ours[field] !== theirs[field]) return field
  if (ours.reactions.length !== theirs.reactions.length) return 'reactions'
  for (const [i, reaction] of ours.reactions.entries()) {
    const other = theirs.reactions[i]
    if (other === undefined || reaction.emoji !== other.emoji) return 'reactions'
    if (reaction.count !== other.count || reaction.users.join() !== other.users.join()) return 'reactions'
    const allNamed = other.count <= other.users.length
    if (allNamed && (reaction.mine ?? false) !== other.users.some((user) => user === me)) return 'mine'
  }
  return JSON_FIELDS.find((field) => JSON.stringify(ours[field]) !== JSON.stringify(theirs[field]))
}
