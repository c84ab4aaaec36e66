import type { ReactElement } from 'react'
import { Dialog } from './dialog'

/** Before what cannot be undone. `action` names it, on the button too. */
export function ConfirmDialog({
  action,
  text,
  onConfirm,
  onClose,
}: {
  action: string
  text: string
  onConfirm: () => void
  onClose: () => void
}): ReactElement {
  const confirm = () => {
    onClose()
    onConfirm()
  }
  return (
    <Dialog title={`${action}?`} onClose={onClose}>
      <p>{text}</p>
      <div className="dialog-buttons">
        {/* First, and with the focus: Enter does no harm. */}
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button danger" onClick={confirm}>
          {action}
        </button>
      </div>
    </Dialog>
  )
}
