import type { ShownMessage } from '@roomful/client'
import { useRoom } from '@roomful/react'
import { useCallback, useSyncExternalStore } from 'react'
import { useAttempt, useNotices } from '../ui/notices'
import { dropDeletion, keepDeletion } from './left-deletions'

/** Keys of messages that were deleted here and can still come back. */
let going: ReadonlySet<string> = new Set()
const listeners = new Set<() => void>()

function setGoing(key: string, isGoing: boolean): void {
  const next = new Set(going)
  if (isGoing) next.add(key)
  else next.delete(key)
  going = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** It is shown as deleted, and can still be brought back. */
export function useIsGoing(key: string): boolean {
  return useSyncExternalStore(subscribe, () => going.has(key))
}

/** Deletes a message, or discards one that was not sent, unless that is undone in time. */
export function useRemove(): (message: ShownMessage) => void {
  const room = useRoom()
  const attempt = useAttempt()
  const { showUndo } = useNotices()
  return useCallback(
    (message) => {
      const { key, id, status } = message
      const isFailed = status === 'failed'
      setGoing(key, true)
      if (!isFailed) keepDeletion(room.id, id)
      showUndo(isFailed ? 'Message discarded.' : 'Message deleted.', {
        undo: () => {
          setGoing(key, false)
          dropDeletion(id)
        },
        commit: () => {
          setGoing(key, false)
          if (isFailed) return void room.cancel(id)
          attempt(room.delete(id).finally(() => dropDeletion(id)))
        },
      })
    },
    [room, attempt, showUndo],
  )
}
