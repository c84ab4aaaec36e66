import { type ReactElement, type ReactNode, useEffect, useState } from 'react'
import type { Highlight } from './highlight'

/** Loaded with the first code block that names its language. */
let highlighting: Promise<Highlight> | undefined

function loadHighlight(): Promise<Highlight> {
  highlighting ??= import('./highlight').then(({ highlight }) => highlight)
  // Offline: the next block asks again.
  highlighting.catch(() => {
    highlighting = undefined
  })
  return highlighting
}

/** Plain at once; in colours when those are loaded and know the language. */
export function CodeBlock({ code, language }: { code: string; language: string }): ReactElement {
  const [colored, setColored] = useState<ReactNode>(null)
  useEffect(() => {
    if (language === '') return
    let isGone = false
    loadHighlight().then(
      (highlight) => isGone || setColored(highlight(code, language)),
      () => undefined,
    )
    return () => {
      isGone = true
    }
  }, [code, language])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <pre className="code" tabIndex={0}>
      <code>{colored ?? code}</code>
    </pre>
  )
}
