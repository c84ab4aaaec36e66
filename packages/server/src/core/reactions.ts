import { emojiKey, type UserId } from '@roomful/protocol'
import type { StoredMessage } from './ops'

type Reactions = StoredMessage['reactions']

/**
 * One reaction per emoji, however it is spelled: rows of older versions may hold ❤ beside ❤️. The first spelling is
 * shown. Returns the same array if there is nothing to merge.
 */
export function merged(reactions: Reactions): Reactions {
  if (reactions.length < 2) return reactions
  const byKey = new Map<string, Reactions[number]>()
  for (const reaction of reactions) {
    const key = emojiKey(reaction.emoji)
    const first = byKey.get(key)
    byKey.set(key, first ? { ...first, users: [...new Set([...first.users, ...reaction.users])] } : reaction)
  }
  return byKey.size === reactions.length ? reactions : [...byKey.values()]
}

/** Of what is merged; the same array when nothing changes. */
export function withReaction(reactions: Reactions, emoji: string, userId: UserId): Reactions {
  const found = like(reactions, emoji)
  if (!found) return [...reactions, { emoji, users: [userId] }]
  if (found.users.includes(userId)) return reactions
  const added = { ...found, users: [...found.users, userId] }
  return reactions.map((reaction) => (reaction === found ? added : reaction))
}

/** Of what is merged; the same array when nothing changes. */
export function withoutReaction(reactions: Reactions, emoji: string, userId: UserId): Reactions {
  const found = like(reactions, emoji)
  if (!found?.users.includes(userId)) return reactions
  const users = found.users.filter((other) => other !== userId)
  return reactions.flatMap((reaction) =>
    reaction !== found ? [reaction] : users.length > 0 ? [{ ...found, users }] : [],
  )
}

const like = (reactions: Reactions, emoji: string): Reactions[number] | undefined =>
  reactions.find((reaction) => emojiKey(reaction.emoji) === emojiKey(emoji))
