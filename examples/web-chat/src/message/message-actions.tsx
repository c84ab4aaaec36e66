import { isGrowing, type ShownMessage } from '@roomful/client'
import { useRoom, useRoomSelector } from '@roomful/react'
import type { ReactElement } from 'react'
import { useComposerCommands } from '../composer/composer-context'
import { IconButton } from '../ui/icon-button'
import { useAttempt, useNotices } from '../ui/notices'
import { useRemove } from './going'
import { useMayPin } from './use-may-pin'

export function MessageActions({
  message,
  isOwn,
  onPick,
  onRemove,
  onReport,
}: {
  message: ShownMessage
  isOwn: boolean
  onPick: () => void
  /** Just before. */
  onRemove: () => void
  onReport: () => void
}): ReactElement {
  const room = useRoom()
  const attempt = useAttempt()
  const { show } = useNotices()
  const remove = useRemove()
  const { reply, edit } = useComposerCommands()
  const moderates = useRoomSelector(({ role }) => role === 'owner' || role === 'admin')
  const mayPin = useMayPin()
  const isSent = message.status === 'sent'
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div className="actions" role="group" aria-label="Message actions">
      {isSent && <IconButton icon="smile" label="Add reaction" onClick={onPick} />}
      <IconButton icon="reply" label="Reply" onClick={() => reply(message)} />
      {message.content !== '' && 'clipboard' in navigator && (
        <IconButton
          icon="copy"
          label="Copy text"
          onClick={() => attempt(navigator.clipboard.writeText(message.content).then(() => show('Copied.')))}
        />
      )}
      {isOwn && message.status !== 'failed' && !isGrowing(message) && (
        <IconButton icon="edit" label="Edit message" onClick={() => edit(message)} />
      )}
      {mayPin && isSent && (
        <IconButton
          icon="pin"
          label={message.pinned ? 'Unpin message' : 'Pin message'}
          onClick={() => attempt(message.pinned ? room.unpin(message.id) : room.pin(message.id))}
        />
      )}
      {!isOwn && isSent && <IconButton icon="flag" label="Report message" onClick={onReport} />}
      {(isOwn || (moderates && isSent)) && message.status !== 'failed' && (
        <IconButton
          icon="trash"
          label="Delete message"
          onClick={() => {
            onRemove()
            remove(message)
          }}
        />
      )}
    </div>
  )
}
