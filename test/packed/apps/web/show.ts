import type { Room, ShownMessage, UnknownType } from '@roomful/client'
import { useMessages } from '@roomful/react'
import { same } from './equal.js'
import type { Place } from './register.js'

type Poll = { options: string[]; closesAt?: string | undefined }
/** A component's props: a poll that exists. */
type ShownPoll = Extract<ShownMessage, { type: 'poll' }>

export function textOf(message: ShownMessage): string {
  if (message.deleted) return same<typeof message.metadata, undefined>(true) ?? 'deleted'
  switch (message.type) {
    case 'poll':
      same<typeof message.metadata, Poll>(true)
      return message.metadata.options.join()
    case 'place':
      same<typeof message.metadata, Place>(true)
      return `${message.metadata.latitude} ${message.metadata.longitude}`
    case 'wave':
      return '👋'.repeat(message.metadata?.strength ?? 1)
    case 'image':
    case 'file':
      return message.metadata.fileId
    case 'system':
      return `${message.metadata.action} ${message.metadata.userId ?? ''}`
    case 'text':
    case 'reply':
    case 'bell':
      return message.content
    default:
      // Of a newer version of the app: present, with its words, its type a string like any other.
      same<typeof message.type, UnknownType>(true)
      return `${message.type.toUpperCase()}: ${message.content} ${String(message.metadata?.colour)}`
  }
}

export function optionsOf(message: ShownMessage, room: Room): string[] {
  // @ts-expect-error: nobody knows yet what it is.
  message.metadata?.options
  if (message.type === 'poll') {
    // @ts-expect-error: a deleted poll has lost its options.
    message.metadata.options
    // @ts-expect-error: nobody registered such a field.
    message.metadata?.colour
    const options: string[] | undefined = message.metadata?.options
    return options ?? []
  }
  // @ts-expect-error: a typing error is not a kind.
  if (message.type === 'pol') return []
  const polls = room.messages().filter((one): one is ShownPoll => one.type === 'poll' && !one.deleted)
  const type: string = message.type
  return [type, ...polls.flatMap(({ metadata }) => metadata.options)]
}

export function Polls(): string[] {
  return useMessages().flatMap((message) =>
    message.type === 'poll' && !message.deleted ? [message.key, ...message.metadata.options] : [],
  )
}

export async function sent(room: Room): Promise<string[]> {
  const message = await room.send({ content: 'Lunch?', type: 'poll', metadata: { options: ['pizza'] } })
  for await (const next of room.stream())
    if (next.type === 'poll' && !next.deleted) return next.metadata.options
  return message.type === 'poll' ? (message.metadata?.options ?? []) : []
}
