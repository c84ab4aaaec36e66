import type { ReactElement } from 'react'
import { LiveView } from '../live/live-view'
import { QueueView } from '../reports/queue-view'
import { RoomView } from '../rooms/room-view'
import { RoomsView } from '../rooms/rooms-view'
import { UserView } from '../users/user-view'
import { UsersView } from '../users/users-view'
import { DeadLettersView } from '../webhooks/dead-letters-view'
import { WebhooksView } from '../webhooks/webhooks-view'
import type { Route } from './route'
import type { ViewId } from './views'

type Props = { readonly view: ViewId; readonly route: Route }

/** The view of an address. With a `key` where one thing follows another: nothing of the first shows in the second. */
export function View({ view, route: { parts, query } }: Props): ReactElement {
  const [, id, part] = parts
  switch (view) {
    case 'live':
      return <LiveView />
    case 'users':
      return id === undefined ? <UsersView key={query} query={query} /> : <UserView key={id} userId={id} />
    case 'rooms':
      return id === undefined ? (
        <RoomsView key={query} query={query} />
      ) : (
        <RoomView key={id} roomId={id} part={part} />
      )
    case 'reports':
      return <QueueView />
    case 'webhooks':
      return id === undefined ? <WebhooksView /> : <DeadLettersView key={id} endpointId={id} />
  }
}
