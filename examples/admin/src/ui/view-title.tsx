import { type ReactElement, type ReactNode, useEffect, useRef } from 'react'

type Props = { readonly children: ReactNode }

/** The heading of a view. It takes the focus, so that a screen reader says which view came. */
export function ViewTitle({ children }: Props): ReactElement {
  const ref = useRef<HTMLHeadingElement>(null)
  useEffect(() => ref.current?.focus({ preventScroll: true }), [])
  return (
    <h1 ref={ref} tabIndex={-1}>
      {children}
    </h1>
  )
}
