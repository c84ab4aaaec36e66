import type { ShownMessage } from '@roomful/client'
import { useFileUrl } from '@roomful/react/files'
import { type ReactElement, useState } from 'react'
import { fileErrorText } from '../text/file-text'
import { later } from '../ui/later'
import { FileCard } from './file-card'
import { factsOf } from './file-facts'

const PictureDialog = later(() => import('./picture-dialog').then((part) => part.PictureDialog))

/** A picture takes its place before it is loaded, so that nothing moves when it comes. Pressed, it is shown whole. */
export function MessagePicture({ message }: { message: ShownMessage }): ReactElement {
  const { url, error } = useFileUrl(message, { size: 480 })
  const [isOpen, setIsOpen] = useState(false)
  const [isUnreadable, setIsUnreadable] = useState(false)
  const { name, measures = { width: 4, height: 3 } } = factsOf(message)
  // Not every browser shows every kind, such as HEIC.
  if (isUnreadable) return <FileCard message={message} />
  if (error) return <p className="file-problem">{fileErrorText(error)}</p>
  const { width, height } = measures
  const alt = message.content || name || 'Picture'
  return (
    <>
      <button
        type="button"
        className="picture"
        disabled={url === undefined}
        aria-label={`Open ${alt}`}
        aria-haspopup="dialog"
        onClick={() => setIsOpen(true)}
        style={{
          aspectRatio: `${width} / ${height}`,
          width: `min(100%, ${width}px, 20rem, ${(18 * width) / height}rem)`,
        }}
      >
        {url !== undefined && (
          <img src={url} alt={alt} draggable={false} onError={() => setIsUnreadable(true)} />
        )}
      </button>
      {isOpen && <PictureDialog message={message} onClose={() => setIsOpen(false)} />}
    </>
  )
}
