import type { Pin } from '@roomful/client'
import { usePins, useRoom } from '@roomful/react'
import type { ReactElement } from 'react'
import { useMayPin } from '../message/use-may-pin'
import { lineOf } from '../text/shown-text'
import { Dialog } from '../ui/dialog'
import { IconButton } from '../ui/icon-button'
import { useAttempt } from '../ui/notices'

export function PinsDialog({
  onJump,
  onClose,
}: {
  onJump: (pin: Pin) => void
  onClose: () => void
}): ReactElement {
  const room = useRoom()
  const pins = usePins()
  const mayPin = useMayPin()
  const attempt = useAttempt()
  const go = (pin: Pin) => {
    onClose()
    onJump(pin)
  }
  return (
    <Dialog title="Pinned messages" onClose={onClose}>
      <ul className="picker" aria-label="Pinned messages of this room">
        {pins.map((pin) => (
          <li key={pin.messageId} className="picker-row">
            <button type="button" className="pin-text grow" onClick={() => go(pin)}>
              <bdi className="sender">{pin.senderName}</bdi>
              <span className="clip">{lineOf(pin)}</span>
            </button>
            {mayPin && (
              <IconButton
                icon="close"
                label="Unpin message"
                onClick={() => attempt(room.unpin(pin.messageId))}
              />
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
