import type { ReactElement, ReactNode } from 'react'

export function EmptyState({
  title,
  text,
  children,
}: {
  title: string
  text?: string
  children?: ReactNode
}): ReactElement {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {text && <p className="muted">{text}</p>}
      {children}
    </div>
  )
}
