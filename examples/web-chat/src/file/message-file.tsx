import type { ShownMessage } from '@roomful/client'
import type { ReactElement } from 'react'
import { FileCard } from './file-card'
import { MessagePicture } from './message-picture'
import { UploadProgress } from './upload-progress'

/** What a message shows besides its text; null: nothing. */
export function MessageFile({ message }: { message: ShownMessage }): ReactElement | null {
  if (message.deleted || typeof message.metadata?.fileId !== 'string') return null
  if (message.type !== 'image' && message.type !== 'file') return null
  return (
    <div className="file">
      {message.type === 'image' ? <MessagePicture message={message} /> : <FileCard message={message} />}
      {message.upload && <UploadProgress message={message} upload={message.upload} />}
    </div>
  )
}
