import type { ShownMessage } from '@roomful/client'
import { useRoom, useRoomSelector } from '@roomful/react'
import { type ReactElement, useState } from 'react'
import { useComposerCommands } from '../composer/composer-context'
import { IconButton } from '../ui/icon-button'
import { useAttempt } from '../ui/notices'
import { ReactionPicker } from './reaction-picker'
import { useMayPin } from './use-may-pin'

export function MessageActions({ message, isOwn }: { message: ShownMessage; isOwn: boolean }): ReactElement {
  const room = useRoom()
  const attempt = useAttempt()
  const { reply, edit } = useComposerCommands()
  const [picks, setPicks] = useState(false)
  const moderates = useRoomSelector(({ role }) => role === 'owner' || role === 'admin')
  const mayPin = useMayPin()
  const isSent = message.status === 'sent'
  if (picks) return <ReactionPicker message={message} onDone={() => setPicks(false)} />
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div className="actions" role="group" aria-label="Message actions">
      {isSent && <IconButton icon="smile" label="Add reaction" onClick={() => setPicks(true)} />}
      <IconButton icon="reply" label="Reply" onClick={() => reply(message)} />
      {isOwn && message.status !== 'failed' && (
        <IconButton icon="edit" label="Edit message" onClick={() => edit(message)} />
      )}
      {mayPin && isSent && (
        <IconButton
          icon="pin"
          label={message.pinned ? 'Unpin message' : 'Pin message'}
          onClick={() => attempt(message.pinned ? room.unpin(message.id) : room.pin(message.id))}
        />
      )}
      {(isOwn || (moderates && isSent)) && message.status !== 'failed' && (
        <IconButton icon="trash" label="Delete message" onClick={() => attempt(room.delete(message.id))} />
      )}
    </div>
  )
}
