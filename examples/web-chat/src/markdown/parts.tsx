import { Fragment, type ReactNode } from 'react'

/** Parts of one text in its order: they have no other name, and never move. */
export function parts<T>(all: readonly T[], render: (part: T) => ReactNode): ReactNode {
  return all.map((part, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: see above
    <Fragment key={i}>{render(part)}</Fragment>
  ))
}
