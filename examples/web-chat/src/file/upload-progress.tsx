import type { ShownMessage, UploadState } from '@roomful/client'
import { useRoom } from '@roomful/react'
import type { ReactElement } from 'react'
import { fileErrorText, sizeText } from '../text/file-text'
import { IconButton } from '../ui/icon-button'
import { factsOf } from './file-facts'

/** How far an upload is, and the way out of it. A failed one has its buttons with the reason. */
export function UploadProgress({
  message,
  upload,
}: {
  message: ShownMessage
  upload: UploadState
}): ReactElement | null {
  const room = useRoom()
  if (upload.state === 'failed') return null
  const { totalBytes } = upload
  const sentBytes = upload.state === 'uploading' ? upload.sentBytes : 0
  const { name = 'file' } = factsOf(message)
  const error = upload.state === 'waiting' ? upload.error : undefined
  return (
    <div className="upload" data-upload={upload.state}>
      <progress max={totalBytes} value={sentBytes} aria-label={`Upload of ${name}`} />
      <span className="muted upload-text">
        {upload.state === 'uploading'
          ? `${sizeText(sentBytes)} of ${sizeText(totalBytes)}`
          : error
            ? fileErrorText(error)
            : 'Waiting'}
      </span>
      <IconButton
        icon="close"
        label={`Cancel the upload of ${name}`}
        onClick={() => room.cancel(message.key)}
      />
    </div>
  )
}
