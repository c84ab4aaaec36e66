import type { ReactElement } from 'react'
import { lineOf } from '../text/shown-text'
import { Icon } from '../ui/icon'
import { IconButton } from '../ui/icon-button'
import { useRoomComposer } from './composer-context'

/** The message being edited or answered, above the field. */
export function ComposerContextLine(): ReactElement | null {
  const { editing, replyTo, cancel } = useRoomComposer()
  const message = editing ?? replyTo
  if (!message) return null
  return (
    <div className="composer-context">
      <Icon name={editing ? 'edit' : 'reply'} />
      <p className="grow clip">
        <strong>{editing ? 'Editing' : `Replying to ${message.senderName}`}</strong>{' '}
        <span className="muted">{lineOf(message)}</span>
      </p>
      <IconButton icon="close" label="Cancel" onClick={cancel} />
    </div>
  )
}
