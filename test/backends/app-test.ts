import type { Chat } from '@roomful/client'

/** What one test of an app needs of the backend below it. */
export type Backend = {
  readonly ann: Chat
  readonly bob: Chat
  /** Waits until it is so, in the way of this backend. */
  until(what: string, condition: () => boolean): Promise<void>
  /** The connection of ann breaks, once. */
  cut(): Promise<void> | void
}

/** What one user sees of the room. */
export type Seen = readonly string[]

/**
 * One test body for every backend: two people talk, edit, answer and react, and the connection of one of them breaks in
 * between. Returns what each of them sees in the end.
 */
export async function talk({ ann, bob, until, cut }: Backend): Promise<{ ann: Seen; bob: Seen }> {
  const [hers, his] = [ann.room('general'), bob.room('general')]
  const ignore = (): void => {}
  hers.open().catch(ignore)
  his.open().catch(ignore)
  await until('both to be live', () => [hers, his].every((room) => room.getState().status === 'live'))

  hers.send('Lunch?').catch(ignore)
  await until('bob to see it', () => seen(bob).includes('ann: Lunch?'))
  const [question] = his.messages()
  if (question === undefined) throw new Error('no message')
  his.send({ content: 'Pizza!', replyTo: question.id }).catch(ignore)
  his.react(question.id, '🍕', 'add').catch(ignore)

  await cut()
  hers.send('At one').catch(ignore)
  await until('bob to see the last', () => seen(bob).some((line) => line.includes('At one')))
  const last = his.messages().findLast(({ content }) => content === 'At one')
  if (last === undefined) throw new Error('no message')
  hers.edit(last.id, 'At two').catch(ignore)
  await until('both to see all', () =>
    [ann, bob].every((chat) => ['ann: Lunch? 🍕', 'ann: At two'].every((line) => seen(chat).includes(line))),
  )
  await until('ann to see the answer', () => seen(ann).length === 3)
  return { ann: seen(ann), bob: seen(bob) }
}

/** The same on every backend. The answer and what follows it may come in either order. */
export const TALKED: Seen = ['ann: At two', 'ann: Lunch? 🍕', 'bob: Pizza! (to Lunch?)']

function seen(chat: Chat): Seen {
  const messages = chat.room('general').messages()
  return messages.map(({ senderName, content, replyTo, reactions }) => {
    const answered = messages.find(({ id }) => id === replyTo)
    const emoji = reactions.map((one) => ` ${one.emoji}`).join('')
    return `${senderName}: ${content}${answered ? ` (to ${answered.content})` : ''}${emoji}`
  })
}
