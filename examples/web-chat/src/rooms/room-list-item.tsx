import type { RoomSummary } from '@roomful/client'
import { memo, type ReactElement } from 'react'
import { hrefOfRoom } from '../app/route'
import { roomTitle } from '../text/room-title'
import { lineOf } from '../text/shown-text'
import { listTime } from '../text/time'
import { RoomAvatar } from './room-avatar'
import { useRoomDraft } from './use-room-draft'

/** The server counts unread no further than this. */
const UNREAD_CAP = 100

export const RoomListItem = memo(function RoomListItem({
  room,
  myName,
  current,
}: {
  room: RoomSummary
  myName: string
  current: boolean
}): ReactElement {
  const { preview, unread } = room
  const draft = useRoomDraft(room.id).trim()
  const title = roomTitle(room.name, room.type, myName)
  const count = unread >= UNREAD_CAP ? `${UNREAD_CAP - 1}+` : String(unread)
  return (
    <li>
      <a
        className="room-link"
        href={hrefOfRoom(room.id)}
        aria-current={current ? 'page' : undefined}
        data-room={room.id}
        data-unread={unread}
      >
        <RoomAvatar id={room.id} name={title} type={room.type} />
        <span className="room-link-text">
          <span className="room-link-line">
            <bdi className="room-name clip">{title}</bdi>
            {preview && (
              <time className="time" dateTime={preview.createdAt}>
                {listTime(preview.createdAt)}
              </time>
            )}
          </span>
          <span className="room-link-line">
            {/* In the open room it stands in the field. */}
            {draft !== '' && !current ? (
              <span className="preview clip" data-draft>
                <b className="draft-mark">Draft:</b> <bdi>{draft}</bdi>
              </span>
            ) : (
              <bdi className="preview clip">{preview ? previewText(preview) : 'No messages yet'}</bdi>
            )}
            {unread > 0 && (
              <span className="badge">
                {count}
                <span className="visually-hidden"> unread</span>
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  )
})

function previewText(preview: NonNullable<RoomSummary['preview']>): string {
  if (preview.deleted) return 'Message deleted'
  return preview.type === 'system' ? preview.content : `${preview.senderName}: ${lineOf(preview)}`
}
