import { useChat, useRooms } from '@roomful/react'
import { goToRoom } from '../app/route'
import { usePublicRooms } from '../rooms/use-public-rooms'
import { roomTitle } from '../text/room-title'
import type { IconName } from '../ui/icon'
import { matching } from './matching'

export type Entry = {
  readonly key: string
  readonly icon: IconName
  readonly text: string
  readonly hint?: string
  run(): unknown
}
export type Command = Entry
type Group = { readonly title: string; readonly entries: readonly Entry[] }

/** Of each kind, so that all kinds are in sight. */
const MOST = 8

/** What fits the query: own rooms, the latest first, people, public rooms to join, and commands. */
export function useEntries(query: string, commands: readonly Command[]): readonly Group[] {
  const chat = useChat()
  const rooms = useRooms()
  const myName = chat.getState().user?.name ?? ''
  const { rooms: open } = usePublicRooms(query.trim())
  const mine = new Set<string>(rooms.map(({ id }) => id))

  const own = rooms.map(
    ({ id, name, type, unread }): Entry => ({
      key: id,
      icon: type === 'dm' ? 'people' : type === 'private' ? 'lock' : 'hash',
      text: roomTitle(name, type, myName),
      ...(unread > 0 ? { hint: `${unread} unread` } : {}),
      run: () => goToRoom(id),
    }),
  )
  const people = peopleOf(chat).map(
    ({ userId, name }): Entry => ({
      key: userId,
      icon: 'people',
      text: name,
      hint: 'message',
      run: async () => goToRoom((await chat.openDm([userId])).id),
    }),
  )
  const joinable = open
    .filter(({ id }) => !mine.has(id))
    .map(
      ({ id, name }): Entry => ({
        key: id,
        icon: 'plus',
        text: name,
        hint: 'join',
        run: async () => {
          await chat.joinRoom(id)
          goToRoom(id)
        },
      }),
    )
  const textOf = ({ text }: Entry): string => text
  return [
    { title: 'Your rooms', entries: matching(own, query, textOf).slice(0, MOST) },
    { title: 'People', entries: query.trim() === '' ? [] : matching(people, query, textOf).slice(0, MOST) },
    // The server has looked for it already.
    { title: 'Rooms to join', entries: query.trim() === '' ? [] : joinable.slice(0, MOST) },
    { title: 'Commands', entries: matching(commands, query, textOf) },
  ].filter(({ entries }) => entries.length > 0)
}

/** Members of the rooms that are loaded, each once, without the user. */
function peopleOf(chat: ReturnType<typeof useChat>): readonly { userId: string; name: string }[] {
  const { rooms, user } = chat.getState()
  const people = new Map<string, string>()
  for (const { id } of rooms)
    for (const { userId, name } of chat.room(id).getState().members) people.set(userId, name)
  return [...people].filter(([userId]) => userId !== user?.id).map(([userId, name]) => ({ userId, name }))
}
