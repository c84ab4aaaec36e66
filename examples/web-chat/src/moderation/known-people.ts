import type { Chat } from '@roomful/client'

export type KnownPerson = { readonly userId: string; readonly name: string }

/** Names of those who left the lists since the page was loaded, such as a banned member. */
const noted = new WeakMap<Chat, Map<string, string>>()

/** Keeps the name of somebody who is about to leave all lists, until the page is left. */
export function noteName(chat: Chat, userId: string, name: string): void {
  const names = noted.get(chat) ?? new Map<string, string>()
  noted.set(chat, names.set(userId, name))
}

/** Names by user id, as far as they are loaded: senders, members, inviters. The server has no list of people. */
export function knownNames(chat: Chat): ReadonlyMap<string, string> {
  const names = new Map(noted.get(chat))
  const { rooms, invitations } = chat.getState()
  for (const { inviter } of invitations) names.set(inviter.id, inviter.name)
  const states = rooms.map(({ id }) => chat.room(id).getState())
  for (const { messages } of states)
    for (const { senderId, senderName } of messages) names.set(senderId, senderName)
  // The latest name is that of the member.
  for (const { members } of states) for (const { userId, name } of members) names.set(userId, name)
  return names
}

/**
 * Whom somebody means who typed this: an id, or a name of one person. `several`: more than one has the name. A text that
 * nobody is known by is taken for an id.
 */
export function personMeant(people: readonly KnownPerson[], typed: string): KnownPerson | 'several' {
  const wanted = typed.trim()
  const byId = people.find(({ userId }) => userId === wanted)
  if (byId) return byId
  const named = people.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase())
  if (named.length > 1) return 'several'
  return named[0] ?? { userId: wanted, name: wanted }
}
