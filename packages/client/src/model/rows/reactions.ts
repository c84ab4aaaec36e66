import type { Message } from '@roomful/protocol'
import { emojiKey } from '@roomful/protocol/plain'

type Reactions = Message['reactions']

/** The reaction with this emoji, in any spelling. An older server may have two of them: then the user's own. */
export function reactionLike(reactions: Reactions, emoji: string): Reactions[number] | undefined {
  const key = emojiKey(emoji)
  const like = reactions.filter((reaction) => emojiKey(reaction.emoji) === key)
  return like.find(({ mine }) => mine) ?? like[0]
}

/**
 * Gives a row its `mine`, which only replies made for one viewer carry. The first 20 users are named, so most of the
 * time the list shows it; beyond it the actor and the count before do. Normal form: `true` or absent, so that a row is
 * equal by whichever way it came (I17).
 */
export function withMine(
  row: Message,
  held: Message | undefined,
  me: string | null,
  actor?: string,
): Message {
  if (row.reactions.length === 0) return row
  const reactions = row.reactions.map(({ mine: given, ...reaction }) => {
    const before = held && reactionLike(held.reactions, reaction.emoji)
    const named = reaction.users.some((user) => user === me)
    const allNamed = reaction.count <= reaction.users.length
    const mine = given ?? (named || (!allNamed && unnamed(reaction.count, before, actor === me)))
    return mine ? { ...reaction, mine } : reaction
  })
  return { ...row, reactions }
}

/** Not among the first 20: what I had stays, unless it was I who changed the count. */
function unnamed(count: number, before: Reactions[number] | undefined, byMe: boolean): boolean {
  const change = count - (before?.count ?? 0)
  return byMe && change !== 0 ? change > 0 : (before?.mine ?? false)
}
