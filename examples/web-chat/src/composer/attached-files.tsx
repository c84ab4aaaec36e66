import type { Attachments } from '@roomful/react/files'
import type { ReactElement } from 'react'
import { sizeText } from '../text/file-text'
import { Icon } from '../ui/icon'
import { IconButton } from '../ui/icon-button'

/** What goes with the message being written. */
export function AttachedFiles({ files, remove }: Pick<Attachments, 'files' | 'remove'>): ReactElement | null {
  if (files.length === 0) return null
  return (
    <ul className="attached" aria-label="Attached files">
      {files.map(({ key, file, url }) => (
        <li key={key}>
          {url === undefined ? <Icon name="file" /> : <img src={url} alt="" />}
          <bdi className="file-name clip">{file.name}</bdi>
          <span className="muted file-size">{sizeText(file.size)}</span>
          <IconButton icon="close" label={`Remove ${file.name}`} onClick={() => remove(key)} />
        </li>
      ))}
    </ul>
  )
}
