import type { Message, Report, Requests } from '@roomful/admin'
import type { ReactElement } from 'react'
import { useApi } from '../api/api'
import { ActButton } from '../ui/act-button'

type Resolution = Requests['moderation.resolve']['resolution']

type Props = {
  readonly report: Report
  /** Undefined: it is not kept any more. */
  readonly reported: Message | undefined
  readonly onResolved: () => void
}

/**
 * What a moderator does about a report. The act comes first, and then the report is closed with its name: where the
 * second call fails, the report stays open, and the same act again changes nothing but that.
 */
export function ReportActs({ report: { roomId, id }, reported, onResolved }: Props): ReactElement {
  const api = useApi()
  const close = (resolution: Resolution, signal: AbortSignal) =>
    api.moderation.resolve({ roomId, reportId: id, resolution }, { signal })
  const sender = reported?.type === 'system' ? undefined : reported
  return (
    <div className="acts">
      <ActButton
        name="Dismiss"
        text="Closes this report. The message and its sender stay."
        act={(signal) => close('dismissed', signal)}
        onDone={onResolved}
        isDanger={false}
      />
      {reported && !reported.deleted && (
        <ActButton
          name="Delete message"
          text="Deletes the message for everybody and closes the report. It cannot be undone."
          act={async (signal) => {
            await api.messages.delete({ roomId, messageId: reported.id }, { signal })
            await close('deleted', signal)
          }}
          onDone={onResolved}
        />
      )}
      {sender && (
        <ActButton
          name="Remove sender"
          text={`Takes ${sender.senderName} out of the room and closes the report. They may join or be added again.`}
          act={async (signal) => {
            await api.members.remove({ roomId, userId: sender.senderId }, { signal })
            await close('kicked', signal)
          }}
          onDone={onResolved}
        />
      )}
      {sender && (
        <ActButton
          name="Ban sender"
          text={`Bans ${sender.senderName} from the room and closes the report. They cannot join or be added until the ban is lifted.`}
          act={async (signal) => {
            await api.members.ban({ roomId, userId: sender.senderId }, { signal })
            await close('banned', signal)
          }}
          onDone={onResolved}
        />
      )}
    </div>
  )
}
