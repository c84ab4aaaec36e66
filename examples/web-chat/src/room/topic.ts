import type { RoomState } from '@roomful/client'

/** What a room is about, by its metadata; empty if it says nothing. */
export function topicOf(row: RoomState['room']): string {
  const topic = row?.metadata.topic
  return typeof topic === 'string' ? topic : ''
}
