import type { ShownMessage } from '@roomful/client'
import { useRoom } from '@roomful/react'
import { useFileUrl } from '@roomful/react/files'
import { createElement, type ReactElement, useState } from 'react'
import { sizeText } from '../text/file-text'
import { Icon } from '../ui/icon'
import { IconButton } from '../ui/icon-button'
import { useAttempt } from '../ui/notices'
import { factsOf } from './file-facts'

/** A file by its name and size, to be saved; a film or a sound can be played. */
export function FileCard({ message }: { message: ShownMessage }): ReactElement {
  const room = useRoom()
  const attempt = useAttempt()
  const [isPlayed, setIsPlayed] = useState(false)
  const { name = 'File', size, kind } = factsOf(message)
  const isFilm = kind.startsWith('video/')
  const isPlayable = isFilm || kind.startsWith('audio/')
  return (
    <>
      <div className="file-card">
        <Icon name="file" />
        <bdi className="file-name clip">{name}</bdi>
        {size !== undefined && <span className="muted file-size">{sizeText(size)}</span>}
        {isPlayable && !isPlayed && (
          <IconButton icon="play" label={`Play ${name}`} onClick={() => setIsPlayed(true)} />
        )}
        <IconButton
          icon="down"
          label={`Download ${name}`}
          onClick={() => attempt(room.loadFile(message.key).then((file) => saveAs(file, name)))}
        />
      </div>
      {isPlayed && <Player message={message} isFilm={isFilm} name={name} />}
    </>
  )
}

function Player({
  message,
  isFilm,
  name,
}: {
  message: ShownMessage
  isFilm: boolean
  name: string
}): ReactElement {
  const { url, error } = useFileUrl(message)
  if (error) return <p className="file-problem">{error.message}</p>
  if (url === undefined) return <p className="muted">Loading</p>
  const shown = { className: 'player', src: url, controls: true, 'aria-label': name }
  // What somebody has filmed or said has no captions.
  return createElement(isFilm ? 'video' : 'audio', shown)
}

/** The browser asks where, or has a folder for it. */
function saveAs(file: Blob, name: string): void {
  const url = URL.createObjectURL(file)
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
  // Not at once: the download reads it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
