import type { RoomSummary } from '@roomful/client'
import { useChat } from '@roomful/react'
import { useEffect } from 'react'
import { usePreferences } from '../preferences/preferences'
import { roomTitle } from '../text/room-title'
import { lineOf } from '../text/shown-text'
import { goToRoom } from './route'

/** Shows what comes while nobody looks at the page, if that is wanted: one notification a room, the newest. */
export function useNotifications(): void {
  const chat = useChat()
  const { notifications, silentRooms } = usePreferences()
  useEffect(() => {
    if (notifications !== 'on' || !('Notification' in window)) return
    let known: ReadonlyMap<string, number> | undefined
    return chat.select(
      (state) => state.rooms,
      (rooms) => {
        const before = known
        known = new Map(rooms.map(({ id, preview }) => [id, preview?.seq ?? 0]))
        // What was there at the start is no news.
        if (!before || !document.hidden || Notification.permission !== 'granted') return
        const { user } = chat.getState()
        for (const room of rooms)
          if (isNews(room, before.get(room.id), user?.id) && !silentRooms.includes(room.id))
            notify(room, user?.name ?? '')
      },
    )
  }, [chat, notifications, silentRooms])
}

function isNews(
  { preview, unread }: RoomSummary,
  before: number | undefined,
  myId: string | undefined,
): boolean {
  if (!preview || preview.deleted || preview.type === 'system' || preview.senderId === myId) return false
  return unread > 0 && before !== undefined && preview.seq > before
}

function notify({ id, name, type, preview }: RoomSummary, myName: string): void {
  if (!preview) return
  const title =
    type === 'dm' ? preview.senderName : `${preview.senderName} in ${roomTitle(name, type, myName)}`
  // By its tag: the other tabs of this browser show the same one.
  const notification = new Notification(title, { body: lineOf(preview), tag: id, icon: 'icon.svg' })
  notification.onclick = () => {
    window.focus()
    goToRoom(id)
    notification.close()
  }
}
