import type { MemberView, ShownMessage } from '@roomful/client'
import { useChatSelector, useRoomSelector } from '@roomful/react'
import type { ReactElement } from 'react'
import { Avatar } from '../ui/avatar'
import { Dialog } from '../ui/dialog'

/** Who has read a message and who has not, by the names that are loaded; it follows what comes while it is open. */
export function ReadersDialog({
  message,
  readBy,
  others,
  onClose,
}: {
  message: ShownMessage
  readBy: number
  others: number
  onClose: () => void
}): ReactElement {
  const myId = useChatSelector((state) => state.user?.id)
  const reads = useRoomSelector((state) => state.reads)
  const members = useRoomSelector((state) => state.members).filter(({ userId }) => userId !== myId)
  const hasRead = ({ userId }: MemberView) => (reads.get(userId) ?? 0) >= message.seq
  return (
    <Dialog title={`Read by ${readBy} of ${others}`} onClose={onClose}>
      <People title="Read" people={members.filter(hasRead)} count={readBy} />
      <People title="Not yet" people={members.filter((one) => !hasRead(one))} count={others - readBy} />
    </Dialog>
  )
}

function People({
  title,
  people,
  count,
}: {
  title: string
  people: readonly MemberView[]
  count: number
}): ReactElement | null {
  if (count <= 0) return null
  const more = count - people.length
  return (
    <section>
      <h3 className="picker-title">{title}</h3>
      <ul className="picker" aria-label={title}>
        {people.map(({ userId, name, avatarUrl }) => (
          <li key={userId} className="picker-row">
            <Avatar id={userId} name={name} url={avatarUrl} />
            <bdi className="grow clip">{name}</bdi>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="muted">and {more === 1 ? 'one other' : `${more} others`}</p>}
    </section>
  )
}
