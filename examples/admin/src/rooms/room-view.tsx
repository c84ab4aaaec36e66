import type { Room } from '@roomful/admin'
import { type ReactElement, useCallback } from 'react'
import { useApi } from '../api/api'
import { linkTo } from '../app/route'
import { useLoad } from '../loading/use-load'
import { number, time } from '../text/text'
import { FailureNote } from '../ui/failure-note'
import { Id, Name } from '../ui/names'
import { Tabs } from '../ui/tabs'
import { ViewTitle } from '../ui/view-title'
import { ROOM_PARTS, RoomPart, roomPartOf } from './room-part'

type Props = { readonly roomId: string; readonly part: string | undefined }

export function RoomView({ roomId, part: asked }: Props): ReactElement {
  const api = useApi()
  const loaded = useLoad(
    useCallback((signal: AbortSignal) => api.rooms.get({ roomId }, { signal }), [api, roomId]),
  )
  const room = loaded.value?.room
  const part = roomPartOf(asked)
  return (
    <>
      <a className="back" href={linkTo(['rooms'])}>
        ← Rooms
      </a>
      <ViewTitle>{room ? <Name>{room.name}</Name> : roomId}</ViewTitle>
      {loaded.status === 'failed' && <FailureNote failure={loaded.failure} onRetry={loaded.reload} />}
      {room && <RoomFacts room={room} />}
      {room && (
        <Tabs
          label="Parts of the room"
          current={part}
          tabs={ROOM_PARTS.map(({ id, name }) => ({ id, name, href: linkTo(['rooms', roomId, id]) }))}
        />
      )}
      {room && <RoomPart key={part} part={part} roomId={roomId} />}
    </>
  )
}

function RoomFacts({ room }: { readonly room: Room }): ReactElement {
  const { id, type, createdAt, createdBy, lastSeq, memberCount, settings } = room
  const rules = [
    settings.archived && 'archived',
    settings.readOnly && 'read-only',
    settings.slowModeSeconds && `slow mode, ${settings.slowModeSeconds} s`,
  ].filter((rule) => typeof rule === 'string')
  return (
    <section className="card" aria-label="Room">
      <dl className="facts">
        <div>
          <dt>Id</dt>
          <dd>
            <Id>{id}</Id>
          </dd>
        </div>
        <div>
          <dt>Type</dt>
          <dd>{[type, ...rules].join(', ')}</dd>
        </div>
        <div>
          <dt>Messages so far</dt>
          <dd>{number(lastSeq)}</dd>
        </div>
        {memberCount !== undefined && (
          <div>
            <dt>Members</dt>
            <dd>{number(memberCount)}</dd>
          </div>
        )}
        <div>
          <dt>Made</dt>
          <dd>
            {time(createdAt)}
            {createdBy !== null && (
              <>
                {' by '}
                <a href={linkTo(['users', createdBy])}>
                  <Id>{createdBy}</Id>
                </a>
              </>
            )}
          </dd>
        </div>
      </dl>
    </section>
  )
}
