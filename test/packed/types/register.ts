// An app's own kinds of messages, written down once: checked by tsc against the packed declarations.
import {
  type ChatOptions,
  createChat,
  type MessageMetadata,
  type Room,
  type ShownMessage,
} from '@roomful/client'

type Poll = { options: string[]; closesAt?: string | undefined }

/** A Standard Schema, such as valibot, zod and arktype make them. */
export const pollSchema = {
  '~standard': {
    version: 1,
    vendor: 'by hand',
    validate: (value: unknown) => ({ value: value as Poll }),
    types: undefined as { readonly input: Poll; readonly output: Poll } | undefined,
  },
} as const

declare module '@roomful/client' {
  interface Register {
    messageType: 'poll'
    metadata: typeof pollSchema
  }
}

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const yes = <T extends true>(): T | undefined => undefined
yes<Equal<MessageMetadata, { options: string[]; closesAt?: string | undefined }>>()

export function use(room: Room, message: ShownMessage): void {
  room.send({ content: 'Lunch?', type: 'poll', metadata: { options: ['pizza', 'soup'] } })
  room.send({ content: 'plain' })
  room.send({ content: 'with a picture', type: 'image' })
  // @ts-expect-error: no such kind was registered.
  room.send({ content: 'Lunch?', type: 'pol' })
  // @ts-expect-error: the metadata is not that of a poll.
  room.send({ content: 'Lunch?', type: 'poll', metadata: { options: [1, 2] } })
  // @ts-expect-error: it lacks what every poll has.
  room.send({ content: 'Lunch?', type: 'poll', metadata: {} })

  const options: string[] | undefined = message.metadata?.options
  // @ts-expect-error: nobody registered such a field.
  message.metadata?.colour
  // A kind that this version does not know may arrive at any time.
  const kind: string = message.type
  void [options, kind]
}

export function errors(options: ChatOptions): void {
  const chat = createChat(options)
  // @ts-expect-error: a protocol that there is not.
  createChat({ ...options, protocol: 3 })
  // @ts-expect-error: a direct message is opened by its people, not made by a name.
  void chat.createRoom({ name: 'x', type: 'dm' })
  // @ts-expect-error: no such event.
  void chat.request('sned-message', {})
  // @ts-expect-error: of two states only.
  void chat.setPresence('busy')
  void chat
    .room('general')
    .send('hi')
    .catch((error: unknown) => error)
}
