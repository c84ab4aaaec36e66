import type { ShownMessage } from '@roomful/client'
import { useRoom } from '@roomful/react'
import type { KeyboardEvent } from 'react'
import { useComposerCommands } from '../composer/composer-context'
import { useAttempt } from '../ui/notices'

/** On a message that has the focus: R replies, E edits, Delete deletes. */
export function useMessageKeys(
  message: ShownMessage,
  isOwn: boolean,
): (event: KeyboardEvent<HTMLElement>) => void {
  const room = useRoom()
  const attempt = useAttempt()
  const { reply, edit } = useComposerCommands()
  return (event) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
    if (message.deleted || message.type === 'system') return
    if (event.key === 'r') reply(message)
    else if (event.key === 'e' && isOwn) edit(message)
    else if (event.key === 'Delete' && isOwn) attempt(room.delete(message.id))
    else return
    event.preventDefault()
  }
}
