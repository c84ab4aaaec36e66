import type { ShownMessage } from '@roomful/client'
import { useRoom } from '@roomful/react'
import { type ReactElement, useState } from 'react'
import { EmojiDialog } from '../emoji/emoji-dialog'
import { IconButton } from '../ui/icon-button'
import { useAttempt } from '../ui/notices'

const CHOICES = [
  ['👍', 'thumbs up'],
  ['❤️', 'heart'],
  ['😂', 'laughing'],
  ['🎉', 'party'],
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
  const [showsAll, setShowsAll] = useState(false)
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
          title={name}
          // biome-ignore lint/a11y/noAutofocus: the button that opened it is gone
          autoFocus={i === 0}
          onClick={() => pick(emoji)}
        >
          {emoji}
        </button>
      ))}
      <IconButton icon="plus" label="More emoji" onClick={() => setShowsAll(true)} />
      {showsAll && <EmojiDialog onPick={pick} onClose={onDone} />}
    </div>
  )
}
