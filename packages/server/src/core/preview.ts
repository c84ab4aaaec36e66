import type { Preview } from '@roomful/protocol'
import type { StoredMessage } from './ops'

/** A room list shows one or two lines; more would only enlarge the list. */
const PREVIEW_CODE_POINTS = 200

export function toPreview(stored: StoredMessage): Preview {
  const { seq, senderId, senderName, type, content, createdAt, deleted } = stored
  return { seq, senderId, senderName, type, content: cut(content), createdAt, deleted }
}

/** Cuts between code points: every store refuses half a surrogate pair, and screens show a box. */
function cut(content: string): string {
  if (content.length <= PREVIEW_CODE_POINTS) return content
  let end = 0
  let count = 0
  for (const point of content) {
    if (count === PREVIEW_CODE_POINTS) break
    end += point.length
    count++
  }
  return content.slice(0, end)
}
