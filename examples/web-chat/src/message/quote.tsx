import type { ShownMessage } from '@roomful/client'
import type { ReactElement } from 'react'
import { useJump } from '../room/jump'
import { tintOf } from '../text/person'
import { lineOf } from '../text/shown-text'

/** The message that a reply answers. A click goes there, also where it is not loaded and nothing of it can be shown. */
export function Quote({ id, quoted }: { id: string; quoted: ShownMessage | undefined }): ReactElement {
  const jump = useJump()
  if (!quoted)
    return (
      <button type="button" className="quote muted" onClick={() => jump(id)}>
        An earlier message
      </button>
    )
  const { key, senderId, senderName, deleted } = quoted
  return (
    <button type="button" className={`quote ${tintOf(senderId)}`} onClick={() => jump(key)}>
      <bdi className="sender">{senderName}</bdi>
      <span className="quote-text">{deleted ? 'message deleted' : lineOf(quoted)}</span>
    </button>
  )
}
