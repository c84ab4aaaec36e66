import type { MemberView } from '@roomful/client'
import { useChat, useRoom } from '@roomful/react'
import { type ReactElement, useState } from 'react'
import { Avatar } from '../ui/avatar'
import { Dialog } from '../ui/dialog'
import { useAttempt } from '../ui/notices'

/** An owner leaves: somebody else has to be the owner first. */
export function HandOver({
  candidates,
  onDone,
  onClose,
}: {
  candidates: readonly MemberView[]
  onDone: () => void
  onClose: () => void
}): ReactElement {
  const chat = useChat()
  const room = useRoom()
  const attempt = useAttempt()
  const [chosen, setChosen] = useState<string | null>(null)
  const handOver = async (userId: string) => {
    await chat.request('set-role', { roomId: room.id, userId, role: 'owner' })
    onDone()
  }
  return (
    <Dialog title="Who owns it after you?" onClose={onClose}>
      <p className="muted">A room needs an owner. Choose one, and you leave.</p>
      <fieldset className="picker">
        <legend className="visually-hidden">The next owner</legend>
        {candidates.map(({ userId, name }) => (
          <label key={userId} className="picker-row">
            <input type="radio" name="owner" checked={chosen === userId} onChange={() => setChosen(userId)} />
            <Avatar id={userId} name={name} />
            <bdi className="grow clip">{name}</bdi>
          </label>
        ))}
      </fieldset>
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="button danger"
          disabled={chosen === null}
          onClick={() => chosen !== null && attempt(handOver(chosen))}
        >
          Hand over and leave
        </button>
      </div>
    </Dialog>
  )
}
