import type { ReactElement } from 'react'
import { LiveView } from '../live/live-view'
import type { Route } from './route'
import type { ViewId } from './views'

type Props = { readonly view: ViewId; readonly route: Route }

/** The view of an address. Each has its own `key`: what is typed or loaded in one never shows in another. */
export function View({ view }: Props): ReactElement {
  switch (view) {
    case 'live':
      return <LiveView />
  }
}
