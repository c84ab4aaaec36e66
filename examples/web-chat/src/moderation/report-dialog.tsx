import type { ShownMessage } from '@roomful/client'
import { useChat } from '@roomful/react'
import { type FormEvent, type ReactElement, useState } from 'react'
import { Dialog } from '../ui/dialog'
import { useAttempt, useNotices } from '../ui/notices'

/** The server's limit (`LIMITS.reasonLength`). */
const REASON_LENGTH = 500

export function ReportDialog({
  message,
  onClose,
}: {
  message: ShownMessage
  onClose: () => void
}): ReactElement {
  const chat = useChat()
  const attempt = useAttempt()
  const { show } = useNotices()
  const [reason, setReason] = useState('')
  const report = async () => {
    const { id: messageId, roomId } = message
    await chat.request('report-message', { messageId, roomId, reason: reason.trim() })
    onClose()
    show('Reported. Those who moderate the room see it.')
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    attempt(report())
  }
  return (
    <Dialog title="Report this message" onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <label className="field">
          <span>What is wrong with it</span>
          <input
            maxLength={REASON_LENGTH}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        <p className="muted hint">{message.senderName} is not told who reported it.</p>
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button danger">
            Report
          </button>
        </div>
      </form>
    </Dialog>
  )
}
