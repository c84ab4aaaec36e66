import { usePins } from '@roomful/react'
import { type ReactElement, useState } from 'react'
import { lineOf } from '../text/shown-text'
import { Icon } from '../ui/icon'
import { later } from '../ui/later'
import { useJump } from './jump'

const PinsDialog = later(() => import('./pins-dialog').then((part) => part.PinsDialog))

/** The newest pin, over the messages; the others are a click away. Nothing where there are none. */
export function PinBar(): ReactElement | null {
  const pins = usePins()
  const jump = useJump()
  const [showsAll, setShowsAll] = useState(false)
  const [newest] = pins
  if (!newest) return null
  return (
    <aside className="pin-bar" aria-label="Pinned messages">
      <Icon name="pin" />
      <button type="button" className="pin-text grow" onClick={() => jump(newest.seq)}>
        <span className="visually-hidden">Go to the pinned message: </span>
        <bdi className="sender">{newest.senderName}</bdi>
        <span className="clip">{lineOf(newest)}</span>
      </button>
      <button type="button" className="button" onClick={() => setShowsAll(true)}>
        {pins.length === 1 ? 'Pinned' : `All ${pins.length} pins`}
      </button>
      {showsAll && <PinsDialog onJump={({ seq }) => jump(seq)} onClose={() => setShowsAll(false)} />}
    </aside>
  )
}
