import type { ReactElement } from 'react'
import { ConfirmDialog } from '../ui/confirm-dialog'

/** Before somebody is blocked. */
export function BlockQuestion({
  name,
  onConfirm,
  onClose,
}: {
  name: string
  onConfirm: () => void
  onClose: () => void
}): ReactElement {
  return (
    <ConfirmDialog
      action={`Block ${name}`}
      text="They can no longer invite you or write to you alone, and you leave your direct messages with them. You can unblock them in Settings."
      onConfirm={onConfirm}
      onClose={onClose}
    />
  )
}
