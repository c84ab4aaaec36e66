import { cutContent, type Preview } from '@roomful/protocol'
import type { StoredMessage } from './ops'

/** A room list shows one or two lines; more would only enlarge the list. */
export function toPreview(stored: StoredMessage): Preview {
  const { seq, senderId, senderName, type, content, createdAt, deleted } = stored
  return { seq, senderId, senderName, type, content: cutContent(content), createdAt, deleted }
}
