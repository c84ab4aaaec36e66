import type { ShownMessage } from '@roomful/client'
import { useFileUrl } from '@roomful/react/files'
import type { ReactElement } from 'react'
import { fileErrorText } from '../text/file-text'
import { Dialog } from '../ui/dialog'
import { FileCard } from './file-card'
import { factsOf } from './file-facts'

/** The picture as it was sent, as large as the page, with its name, size and "Download" under it. */
export function PictureDialog({
  message,
  onClose,
}: {
  message: ShownMessage
  onClose: () => void
}): ReactElement {
  const { url, error } = useFileUrl(message)
  const title = message.content || factsOf(message).name || 'Picture'
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="lightbox">
        {url !== undefined && <img src={url} alt={title} />}
        {url === undefined && <p className="muted">{error ? fileErrorText(error) : 'Loading…'}</p>}
      </div>
      <FileCard message={message} />
    </Dialog>
  )
}
