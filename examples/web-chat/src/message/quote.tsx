import type { ShownMessage } from '@roomful/client'
import type { ReactElement } from 'react'
import { tintOf } from '../text/person'
import { shownText } from '../text/shown-text'
import { showRow } from './show-row'

/** The message that a reply answers; if it is loaded, a click goes there. */
export function Quote({ quoted }: { quoted: ShownMessage | undefined }): ReactElement {
  if (!quoted) return <p className="quote muted">An earlier message</p>
  const { key, senderId, senderName, deleted } = quoted
  return (
    <button
      type="button"
      className={`quote ${tintOf(senderId)}`}
      onClick={() => showRow(`[data-key="${CSS.escape(key)}"]`)}
    >
      <bdi className="sender">{senderName}</bdi>
      <span className="quote-text">{deleted ? 'message deleted' : shownText(quoted)}</span>
    </button>
  )
}
