import type { ReactElement } from 'react'

/** A name that users chose: any script, any direction, any length. It must not turn the text around it. */
export function Name({ children }: { readonly children: string }): ReactElement {
  return (
    <bdi className="name" title={children}>
      {children === '' ? '(no name)' : children}
    </bdi>
  )
}

/** An id, which is text of no language. */
export function Id({ children }: { readonly children: string }): ReactElement {
  return (
    <code className="id" dir="ltr" title={children}>
      {children}
    </code>
  )
}
