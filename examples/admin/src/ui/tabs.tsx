import type { ReactElement } from 'react'

export type Tab = { readonly id: string; readonly name: string; readonly href: string }

/** Links, not tabs: each part of a room has an address of its own. */
export function Tabs({
  label,
  tabs,
  current,
}: {
  readonly label: string
  readonly tabs: readonly Tab[]
  readonly current: string
}): ReactElement {
  return (
    <nav aria-label={label}>
      <ul className="tabs">
        {tabs.map(({ id, name, href }) => (
          <li key={id}>
            <a href={href} aria-current={id === current ? 'page' : undefined}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
