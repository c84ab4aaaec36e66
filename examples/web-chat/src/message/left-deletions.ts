import type { Chat } from '@roomful/client'

/** Deletions that can still be undone. A page that is left cannot wait for them, so the next one does them. */
type Left = { readonly roomId: string; readonly messageId: string; readonly at: number }

const STORAGE_KEY = 'roomful.deletions'
/** A little more than the time to undo: until then another tab may offer that. */
const WAIT_MS = 7_000
const MOST = 100

export function keepDeletion(roomId: string, messageId: string): void {
  write([...read(), { roomId, messageId, at: Date.now() }].slice(-MOST))
}

export function dropDeletion(messageId: string): void {
  write(read().filter((left) => left.messageId !== messageId))
}

/** Does what pages before this one left, once nobody can undo it. Returns the function that stops it. */
export function finishDeletions(chat: Chat): () => void {
  const timers = read().map((left) =>
    setTimeout(
      () => {
        if (!read().some(({ messageId }) => messageId === left.messageId)) return
        dropDeletion(left.messageId)
        // What cannot be deleted any more is shown as it is.
        chat
          .room(left.roomId)
          .delete(left.messageId)
          .catch(() => undefined)
      },
      Math.max(0, Math.min(WAIT_MS, left.at + WAIT_MS - Date.now())),
    ),
  )
  return () => timers.forEach(clearTimeout)
}

function read(): readonly Left[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isLeft) : []
  } catch {
    // Storage is forbidden, or holds something else.
    return []
  }
}

function isLeft(value: unknown): value is Left {
  const { roomId, messageId, at } = (value ?? {}) as Record<string, unknown>
  return typeof roomId === 'string' && typeof messageId === 'string' && typeof at === 'number'
}

function write(left: readonly Left[]): void {
  try {
    if (left.length === 0) localStorage.removeItem(STORAGE_KEY)
    else localStorage.setItem(STORAGE_KEY, JSON.stringify(left))
  } catch {
    // Storage is forbidden or full: a page that is left within the seconds of undo deletes nothing.
  }
}
