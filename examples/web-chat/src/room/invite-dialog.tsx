import { useRoom, useRoomSelector } from '@roomful/react'
import type { ReactElement } from 'react'
import { hrefOfRoom } from '../app/route'
import { InviteForm } from '../moderation/invite-form'
import { moderates } from '../moderation/may-steer'
import { Dialog } from '../ui/dialog'
import { useAttempt, useNotices } from '../ui/notices'

/** The room's address, to be sent to whom it is for; above it who moderates invites people. */
export function InviteDialog({ type, onClose }: { type: string; onClose: () => void }): ReactElement {
  const { id } = useRoom()
  const role = useRoomSelector((state) => state.role)
  const mayInvite = moderates(role, type)
  const attempt = useAttempt()
  const { show } = useNotices()
  const address = new URL(hrefOfRoom(id), window.location.href).href
  return (
    <Dialog title="Link to this room" onClose={onClose}>
      {mayInvite && <InviteForm />}
      <label className="field">
        <span>Address</span>
        <input readOnly value={address} onFocus={(event) => event.target.select()} />
      </label>
      <p className="muted hint">
        {type === 'public'
          ? 'Anybody with it can join.'
          : 'It opens the room for those who are in it. Others need an invitation by somebody who moderates it.'}
      </p>
      <div className="dialog-buttons">
        <button
          type="button"
          className="button primary"
          onClick={() => attempt(navigator.clipboard.writeText(address).then(() => show('Copied.')))}
        >
          Copy
        </button>
      </div>
    </Dialog>
  )
}
