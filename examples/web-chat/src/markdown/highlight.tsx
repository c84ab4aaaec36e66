import { common, createLowlight } from 'lowlight'
import type { ReactNode } from 'react'
import { parts } from './parts'

/** Null: the language is not known. */
export type Highlight = (code: string, language: string) => ReactNode

type Node = ReturnType<ReturnType<typeof createLowlight>['highlight']>['children'][number]

const lowlight = createLowlight(common)

/** Elements made from a tree of the code, never from HTML. */
export const highlight: Highlight = (code, language) => {
  const name = language.toLowerCase().split(/\s/)[0] ?? ''
  return lowlight.registered(name) ? nodes(lowlight.highlight(name, code).children) : null
}

const nodes = (all: readonly Node[]): ReactNode => parts(all, shown)

function shown(node: Node): ReactNode {
  if (node.type === 'text') return node.value
  if (node.type !== 'element') return null
  const { className } = node.properties
  return <span className={Array.isArray(className) ? className.join(' ') : ''}>{nodes(node.children)}</span>
}
