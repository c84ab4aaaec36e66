import type { ReactElement } from 'react'

/** The server's limit (`LIMITS.contentCodePoints`), in code points. */
const MAX_CODE_POINTS = 8_000
/** Shown only when it starts to matter. */
const WARN_BELOW = 500

export function LengthLeft({ text }: { text: string }): ReactElement | null {
  // A text has at most as many code points as units: most never need counting.
  if (text.length <= MAX_CODE_POINTS - WARN_BELOW) return null
  const left = MAX_CODE_POINTS - [...text].length
  if (left > WARN_BELOW) return null
  return (
    <span className={`length-left ${left < 0 ? 'over' : ''}`} role="status">
      {left < 0 ? `${-left} too many` : `${left} left`}
    </span>
  )
}
