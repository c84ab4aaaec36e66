import type { ShownMessage } from '@roomful/client'
import type { ReactElement } from 'react'
import { tintOf } from '../text/person'

const FLASH_MS = 1_200

/** The message that a reply answers; if it is loaded, a click goes there. */
export function Quote({ quoted }: { quoted: ShownMessage | undefined }): ReactElement {
  if (!quoted) return <p className="quote muted">An earlier message</p>
  const { key, senderId, senderName, content, deleted } = quoted
  return (
    <button type="button" className={`quote ${tintOf(senderId)}`} onClick={() => showRow(key)}>
      <bdi className="sender">{senderName}</bdi>
      <span className="quote-text">{deleted ? 'message deleted' : content}</span>
    </button>
  )
}

function showRow(key: string): void {
  const row = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
  if (!row) return
  row.scrollIntoView({ block: 'center' })
  row.focus({ preventScroll: true })
  row.classList.add('flash')
  setTimeout(() => row.classList.remove('flash'), FLASH_MS)
}
