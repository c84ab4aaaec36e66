// An app that registers no types: any word is a kind, and metadata are any JSON.
import type { Chat, MessageMetadata, MessageType, Room, RoomMetadata, ShownMessage } from '@roomful/client'

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(_: Equal<A, B>): void => undefined

same<MessageType, string>(true)
same<MessageMetadata, { [key: string]: Json }>(true)
same<RoomMetadata, { [key: string]: Json }>(true)
same<MessageMetadata<'image'>['fileId'], string>(true)

export async function any(chat: Chat, room: Room, message: ShownMessage): Promise<unknown> {
  room.send({ content: 'Lunch?', type: 'poll', metadata: { options: ['pizza', 1, null] } })
  room.send({ content: 'Lunch?', type: 'poll' })
  room.send({ content: 'plain', metadata: { mentions: ['anna'] } })
  // @ts-expect-error: not JSON.
  room.send({ content: 'plain', metadata: { at: new Date() } })
  await chat.createRoom({ name: 'x', type: 'private' })
  await chat.createRoom({ name: 'x', type: 'private', metadata: { topic: 'food' } })
  if (message.type === 'poll') return message.metadata?.options
  return room.getState().room?.metadata.topic
}
