import type { Member, Message, Room, UserId } from '@roomful/protocol'
import type { Plan, StoredMessage } from '../core/ops'
import type { CommittedBatch } from '../pipeline/port'

/** What a batch of the owner does to a copy: the rows as they are after it. */
export function planOfBatch({ head, changes }: CommittedBatch): Plan {
  const messages = new Map<Message['id'], StoredMessage>()
  const members = new Map<UserId, Member>()
  let room: Room | undefined
  for (const change of changes) {
    switch (change.kind) {
      case 'message':
        messages.set(change.message.id, toStored(change.message))
        break
      case 'member':
        members.set(change.member.userId, change.member)
        break
      case 'room':
        room = change.room
        break
      case 'skip':
    }
  }
  const rows = { messages: [...messages.values()], members: [...members.values()], room }
  return { outcomes: [], head, ...rows, opIds: [], audit: [], changes }
}

/** The wire names the first users of a reaction only: a copy is for reading, and the owner decides. */
function toStored(message: Message): StoredMessage {
  return { ...message, reactions: message.reactions.map(({ emoji, users }) => ({ emoji, users })) }
}
