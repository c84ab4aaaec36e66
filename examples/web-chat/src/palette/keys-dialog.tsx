import type { ReactElement } from 'react'
import { Dialog } from '../ui/dialog'
import '../styles/palette.css'

const KEYS = [
  ['Ctrl K', 'Go to a room, a person or a command'],
  ['?', 'These keys'],
  ['Enter', 'Send'],
  ['Shift Enter', 'New line'],
  ['↑ in the empty field', 'Edit your last message'],
  ['Shift Tab, then ↑', 'From the field to the messages'],
  ['↑ ↓ Home End', 'From message to message'],
  ['G', 'Go to a day or a number'],
  ['R', 'Reply to it'],
  ['E', 'Edit it'],
  ['+', 'React to it'],
  ['Delete', 'Delete it'],
  ['Ctrl Z', 'Undo that, for some seconds'],
  ['Enter on a message', 'Its buttons'],
  ['Escape', 'Back to the field'],
] as const

export function KeysDialog({ onClose }: { onClose: () => void }): ReactElement {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl className="keys">
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
