import type { ShownMessage } from '@roomful/client'
import { useRoom } from '@roomful/react'
import type { ReactElement } from 'react'
import { useAttempt } from '../ui/notices'

const CHOICES = [
  ['👍', 'thumbs up'],
  ['❤️', 'heart'],
  ['😂', 'laughing'],
  ['🎉', 'party'],
  ['😮', 'surprised'],
  ['😢', 'sad'],
  ['👀', 'eyes'],
  ['✅', 'done'],
] as const

export function ReactionPicker({
  message,
  onDone,
}: {
  message: ShownMessage
  onDone: () => void
}): ReactElement {
  const room = useRoom()
  const attempt = useAttempt()
  const pick = (emoji: string) => {
    attempt(room.react(message.id, emoji, 'add'))
    onDone()
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div
      className="actions"
      role="group"
      aria-label="Choose a reaction"
      onKeyDown={(event) => event.key === 'Escape' && onDone()}
    >
      {CHOICES.map(([emoji, name], i) => (
        <button
          key={emoji}
          type="button"
          className="icon-button emoji"
          aria-label={`React with ${name}`}
          // biome-ignore lint/a11y/noAutofocus: the button that opened it is gone
          autoFocus={i === 0}
          onClick={() => pick(emoji)}
        >
          {emoji}
        </button>
      ))}
    </div>
  )
}
