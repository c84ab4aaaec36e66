import type { Chat, Room, RoomMetadata } from '@roomful/client'
import { useRoomSelector, useRooms } from '@roomful/react'
import { same } from './equal.js'

same<RoomMetadata, { topic: string; colour?: string }>(true)

export async function rooms(chat: Chat, room: Room): Promise<(string | undefined)[]> {
  await chat.createRoom({ name: 'Lunch', type: 'public', metadata: { topic: 'food' } })
  // @ts-expect-error: every room of this app has a topic.
  await chat.createRoom({ name: 'Lunch', type: 'public' })
  // @ts-expect-error: which is a text.
  await chat.createRoom({ name: 'Lunch', type: 'public', metadata: { topic: 1 } })
  // @ts-expect-error: nobody registered such a field.
  await chat.createRoom({ name: 'Lunch', type: 'public', metadata: { topic: 'food', size: 1 } })

  const row = room.getState().room
  // @ts-expect-error: a direct room has none, and neither has one that the server made.
  row?.metadata.topic.length
  // @ts-expect-error: nobody registered such a field.
  row?.metadata.size
  const found = await chat.listRooms({ query: 'lunch' })
  const listed = chat.getState().rooms.map((summary) => summary.room.metadata.topic)
  return [
    row?.metadata.topic,
    row?.metadata.colour,
    ...listed,
    ...found.rooms.map((one) => one.metadata.topic),
  ]
}

export const useTopic = () => useRoomSelector((state) => state.room?.metadata.topic)
export const useColours = () => useRooms().map((summary) => summary.room.metadata.colour)
