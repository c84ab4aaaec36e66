import type { ReactElement } from 'react'
import { nameOf } from '../session/session'
import { linkTo, useRoute } from './route'
import { View } from './view'
import { VIEWS, viewOf } from './views'

type Props = { readonly credential: string; readonly onSignOut: () => void }

/** The frame of the signed-in page. */
export function Shell({ credential, onSignOut }: Props): ReactElement {
  const route = useRoute()
  const current = viewOf(route.parts[0])
  return (
    <div className="shell">
      <header className="bar">
        <p className="brand">Roomful</p>
        <nav aria-label="Views">
          <ul className="views">
            {VIEWS.map(({ id, name }) => (
              <li key={id}>
                <a href={linkTo([id])} aria-current={id === current ? 'page' : undefined}>
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div className="signed-in">
          <span className="muted small">{nameOf(credential)}</span>
          <button type="button" className="button" onClick={onSignOut}>
            Sign out
          </button>
        </div>
      </header>
      <main className="content">
        <View view={current} route={route} />
      </main>
    </div>
  )
}
