import { TAB_PERSON } from '../session/tab-person'

/** Which message is being answered in a room: its draft is kept over a reload, and so is this. */
type Replies = Readonly<Record<string, string>>

const STORAGE_KEY = TAB_PERSON === null ? 'roomful.replies' : `roomful.replies.${TAB_PERSON}`
/** The oldest go first. */
const MOST = 50

/** The id of that message; undefined: none is answered. */
export const keptReply = (roomId: string): string | undefined => read()[roomId]

/** `messageId` null: none is answered any more. */
export function keepReply(roomId: string, messageId: string | null): void {
  const { [roomId]: before, ...others } = read()
  if (before === (messageId ?? undefined)) return
  const kept = Object.entries(others).slice(1 - MOST)
  write(Object.fromEntries(messageId === null ? kept : [...kept, [roomId, messageId]]))
}

/** The next one who signs in here answers something else. */
export function forgetReplies(): void {
  try {
    localStorage.removeItem(STORAGE_KEY)
  } catch {
    // Storage is forbidden, so nothing was stored.
  }
}

function read(): Replies {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}')
    const entries = typeof stored === 'object' && stored !== null ? Object.entries(stored) : []
    return Object.fromEntries(entries.filter(([, id]) => typeof id === 'string'))
  } catch {
    // Storage is forbidden, or holds something else.
    return {}
  }
}

function write(replies: Replies): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(replies))
  } catch {
    // Storage is forbidden or full: a reload forgets which message was answered, and keeps the text.
  }
}
