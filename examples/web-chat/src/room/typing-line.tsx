import { useTyping } from '@roomful/react'
import type { ReactElement } from 'react'

/** Always one line high, so that nothing jumps. Not announced: it would interrupt everything else. */
export function TypingLine(): ReactElement {
  const names = useTyping().map(({ name }) => name)
  return (
    <p className="typing" data-testid="typing">
      {names.length > 0 && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <bdi className="clip">{typingText(names)}</bdi>
        </>
      )}
    </p>
  )
}

function typingText([first = '', second = '', ...others]: string[]): string {
  if (second === '') return `${first} is typing…`
  if (others.length === 0) return `${first} and ${second} are typing…`
  return 'Several people are typing…'
}
