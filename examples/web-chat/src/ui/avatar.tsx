import type { ReactElement } from 'react'
import { initialsOf, tintOf } from '../text/person'

/** Decoration: the name is beside it. */
export function Avatar({ id, name }: { id: string; name: string }): ReactElement {
  return (
    <span className={`avatar ${tintOf(id)}`} aria-hidden="true">
      {initialsOf(name)}
    </span>
  )
}
