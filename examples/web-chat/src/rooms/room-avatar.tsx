import type { RoomSummary } from '@roomful/client'
import type { ReactElement } from 'react'
import { tintOf } from '../text/person'
import { Avatar } from '../ui/avatar'
import { Icon } from '../ui/icon'

/** Shows the kind of room at a glance: a person, a lock, or the public square. */
export function RoomAvatar({
  id,
  name,
  type,
  url,
}: {
  id: string
  name: string
  type: RoomSummary['type']
  /** The other user's picture, of a direct message. */
  url?: string | undefined
}): ReactElement {
  if (type === 'dm') return <Avatar id={id} name={name} url={url} />
  return (
    <span className={`avatar square ${tintOf(id)}`} aria-hidden="true">
      <Icon name={type === 'private' ? 'lock' : type === 'ephemeral' ? 'clock' : 'hash'} />
    </span>
  )
}
