import type { Pin } from '@roomful/client'
import { usePins, useRoom } from '@roomful/react'
import { type ReactElement, useState } from 'react'
import { showRow } from '../message/show-row'
import { shownText } from '../text/shown-text'
import { Icon } from '../ui/icon'
import { useAttempt } from '../ui/notices'
import { PinsDialog } from './pins-dialog'

/** The newest pin, over the messages; the others are a click away. Nothing where there are none. */
export function PinBar(): ReactElement | null {
  const pins = usePins()
  const jump = useJumpToPin()
  const [showsAll, setShowsAll] = useState(false)
  const [newest] = pins
  if (!newest) return null
  return (
    <aside className="pin-bar" aria-label="Pinned messages">
      <Icon name="pin" />
      <button type="button" className="pin-text grow" onClick={() => jump(newest)}>
        <span className="visually-hidden">Go to the pinned message: </span>
        <bdi className="sender">{newest.senderName}</bdi>
        <span className="clip">{shownText(newest)}</span>
      </button>
      <button type="button" className="button" onClick={() => setShowsAll(true)}>
        {pins.length === 1 ? 'Pinned' : `All ${pins.length} pins`}
      </button>
      {showsAll && <PinsDialog onJump={jump} onClose={() => setShowsAll(false)} />}
    </aside>
  )
}

/** Loads the place where it is not held, and goes there once it is on the page. */
function useJumpToPin(): (pin: Pin) => void {
  const room = useRoom()
  const attempt = useAttempt()
  return ({ seq }) =>
    attempt(room.jumpTo(seq).then(() => requestAnimationFrame(() => showRow(`[data-seq="${seq}"]`))))
}
