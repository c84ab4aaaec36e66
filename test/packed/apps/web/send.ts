import type { MessageDraftInput, MessageMetadata, MessageType, Room } from '@roomful/client'
import { useSend } from '@roomful/react'
import { same } from './equal.js'
import type { Place } from './register.js'

same<MessageType, 'text' | 'reply' | 'image' | 'file' | 'system' | 'poll' | 'place' | 'wave' | 'bell'>(true)
same<MessageMetadata<'poll'>, { options: string[]; closesAt?: string | undefined }>(true)
same<MessageMetadata<'place'>, Place>(true)

export function right(room: Room, place: Place): void {
  room.send('plain')
  room.send({ content: 'plain' })
  room.send({ content: 'a reply', replyTo: 'id' })
  room.send({ content: 'a mention', metadata: { mentions: ['anna'] } })
  room.send({ content: 'Lunch?', type: 'poll', metadata: { options: ['pizza', 'soup'] } })
  room.send({ content: 'Lunch?', type: 'poll', metadata: { options: [] }, replyTo: 'id' })
  room.send({ content: 'here', type: 'place', metadata: place })
  room.send({ content: 'hello', type: 'wave' })
  room.send({ content: 'hello', type: 'wave', metadata: { strength: 3 } })
  room.send({ content: 'ding', type: 'bell' })
  room.send({ content: 'a cat', type: 'image', metadata: { fileId: 'id', width: 640, height: 480 } })
  room.send({ content: 'a file', type: 'file', metadata: { fileId: 'id', name: 'a.pdf' } })
  const draft: MessageDraftInput = { content: 'plain' }
  draft.replyTo = 'id'
  room.send(draft)
}

export function wrong(room: Room): void {
  // @ts-expect-error: no such kind was registered.
  room.send({ content: 'Lunch?', type: 'pol', metadata: { options: [] } })
  // @ts-expect-error: the metadata is not that of a poll.
  room.send({ content: 'Lunch?', type: 'poll', metadata: { options: [1, 2] } })
  // @ts-expect-error: it lacks what every poll has.
  room.send({ content: 'Lunch?', type: 'poll', metadata: {} })
  // @ts-expect-error: it lacks all of it.
  room.send({ content: 'Lunch?', type: 'poll' })
  // @ts-expect-error: it is another kind's.
  room.send({ content: 'Lunch?', type: 'poll', metadata: { latitude: 1, longitude: 2 } })
  // @ts-expect-error: it is more than a poll's.
  room.send({ content: 'Lunch?', type: 'poll', metadata: { options: [], latitude: 1 } })
  // @ts-expect-error: a schema's output is not what is written.
  room.send({ content: 'Lunch?', type: 'poll', metadata: { options: [], votes: 1 } })
  // @ts-expect-error: an image names its file.
  room.send({ content: 'a cat', type: 'image' })
  // @ts-expect-error: in numbers.
  room.send({ content: 'a cat', type: 'image', metadata: { fileId: 'id', width: '640' } })
  // @ts-expect-error: a bell carries nothing.
  room.send({ content: 'ding', type: 'bell', metadata: { options: [] } })
  // @ts-expect-error: only the server makes these.
  room.send({ content: 'x joined', type: 'system', metadata: { action: 'join' } })
}

export function Form(): void {
  const send = useSend()
  send({ content: 'Lunch?', type: 'poll', metadata: { options: ['pizza'] } })
  // @ts-expect-error: it lacks what every poll has.
  send({ content: 'Lunch?', type: 'poll' })
}
