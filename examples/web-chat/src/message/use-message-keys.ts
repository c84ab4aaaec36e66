import type { ShownMessage } from '@roomful/client'
import type { KeyboardEvent } from 'react'
import { useComposerCommands } from '../composer/composer-context'
import { useRemove } from './going'

/**
 * On a message that has the focus: R replies, E edits, + adds a reaction, Delete deletes; Enter goes to its buttons.
 */
export function useMessageKeys(
  message: ShownMessage,
  { isOwn, onPick }: { isOwn: boolean; onPick: () => void },
): (event: KeyboardEvent<HTMLElement>) => void {
  const remove = useRemove()
  const { reply, edit } = useComposerCommands()
  return (event) => {
    const { target, currentTarget, key } = event
    if (target !== currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
    if (message.deleted || message.type === 'system') return
    const isFailed = message.status === 'failed'
    if (key === 'r' && !isFailed) reply(message)
    else if (key === 'e' && isOwn && !isFailed) edit(message)
    else if (key === '+' && message.status === 'sent') onPick()
    else if (key === 'Delete' && isOwn) remove(message)
    else if (key === 'Enter')
      currentTarget.querySelector<HTMLElement>('.actions button, .failure button')?.focus()
    else return
    event.preventDefault()
  }
}
