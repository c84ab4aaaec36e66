import type { ReactElement, ReactNode } from 'react'
import { hrefOf, linkify } from '../text/linkify'
import { parts } from './parts'
import { unescaped } from './unescaped'

/** What is no address of the web, or of a mailbox, is no link. */
export function Link({ href, children }: { href: string; children: ReactNode }): ReactElement {
  const safe = hrefOf(unescaped(href))
  if (safe === null) return <>{children}</>
  return (
    <a href={safe} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  )
}

/** Only text, byte for byte, except that addresses can be clicked. */
export const linked = (content: string): ReactNode =>
  parts(linkify(content), ({ text, href }) => (href === undefined ? text : <Link href={href}>{text}</Link>))
