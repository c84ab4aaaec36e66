import { lazy, type ReactElement, Suspense } from 'react'
import { Dialog } from '../ui/dialog'

/** With its library, once it is wanted. */
const EmojiPanel = lazy(() => import('./emoji-panel'))

export function EmojiDialog({
  onPick,
  onClose,
}: {
  onPick: (emoji: string) => void
  onClose: () => void
}): ReactElement {
  return (
    <Dialog title="Choose an emoji" onClose={onClose}>
      <Suspense fallback={<p className="muted">Loading…</p>}>
        <EmojiPanel
          onPick={(emoji) => {
            onPick(emoji)
            onClose()
          }}
        />
      </Suspense>
    </Dialog>
  )
}
