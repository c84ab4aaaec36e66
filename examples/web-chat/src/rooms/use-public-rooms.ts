import type { ChatError, RoomSummary } from '@roomful/client'
import { useChat } from '@roomful/react'
import { useCallback, useEffect, useState } from 'react'

/** A typical pause between two typed words. */
const SEARCH_DELAY_MS = 200
const PAGE = 30

type PublicRoom = RoomSummary['room']
type Found = { rooms: PublicRoom[]; next: string | undefined; error: ChatError | null; busy: boolean }
const NOTHING: Found = { rooms: [], next: undefined, error: null, busy: true }

/** Public rooms whose name contains `query`, a page at a time. */
export function usePublicRooms(query: string): Found & { loadMore: () => void } {
  const chat = useChat()
  const [found, setFound] = useState(NOTHING)

  const load = useCallback(
    async (after: string | undefined, isCurrent: () => boolean) => {
      const page = { limit: PAGE, ...(query ? { query } : {}), ...(after === undefined ? {} : { after }) }
      setFound((now) => ({ ...now, busy: true, error: null }))
      try {
        const { rooms, next } = await chat.listRooms(page)
        if (!isCurrent()) return
        setFound((now) => ({
          rooms: after === undefined ? rooms : [...now.rooms, ...rooms],
          next,
          error: null,
          busy: false,
        }))
      } catch (error) {
        if (isCurrent()) setFound((now) => ({ ...now, error: error as ChatError, busy: false }))
      }
    },
    [chat, query],
  )

  useEffect(() => {
    let current = true
    const timer = setTimeout(() => void load(undefined, () => current), SEARCH_DELAY_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [load])

  const loadMore = () => void load(found.next, () => true)
  return { ...found, loadMore }
}
