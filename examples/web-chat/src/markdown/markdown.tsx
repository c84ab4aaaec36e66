import type { Token, Tokens } from 'marked'
import { memo, type ReactElement, type ReactNode } from 'react'
import { CodeBlock } from './code-block'
import { Link, linked } from './linked'
import { parseMarkdown } from './parse'
import { parts } from './parts'
import { unescaped } from './unescaped'
import '../styles/rich.css'

/** Below it everything is text. */
const DEPTH = 16

/**
 * A message as it was meant. Elements are made from the parsed text, never from HTML, which is shown as it was typed; a
 * link leads to http, https or mailto, and a picture from elsewhere is a link.
 */
export const Markdown = memo(function Markdown({ content }: { content: string }): ReactElement {
  const blocks = parseMarkdown(content)
  if (!blocks) return <p className="content">{linked(content)}</p>
  const [only, ...others] = blocks.filter(({ type }) => type !== 'space')
  if (others.length === 0 && only?.type === 'paragraph')
    return <p className="content">{inlines((only as Tokens.Paragraph).tokens, 0)}</p>
  return <div className="content rich">{list(blocks, 0, block)}</div>
})

/** In a container at this depth. */
const list = <T,>(
  items: readonly T[],
  depth: number,
  render: (item: T, depth: number) => ReactNode,
): ReactNode => parts(items, (item) => render(item, depth))

function block(token: Token, depth: number): ReactNode {
  if (depth > DEPTH) return token.raw
  const known = token as BlockToken
  switch (known.type) {
    case 'space':
      return null
    case 'paragraph':
      return <p>{inlines(known.tokens, depth)}</p>
    case 'heading':
      return <p className={`heading heading-${known.depth}`}>{inlines(known.tokens, depth)}</p>
    case 'text':
      return known.tokens ? inlines(known.tokens, depth) : known.text
    case 'blockquote':
      return <blockquote>{list(known.tokens, depth + 1, block)}</blockquote>
    case 'code':
      return <CodeBlock code={known.text} language={known.lang ?? ''} />
    case 'hr':
      return <hr />
    case 'list': {
      const items = list(known.items, depth + 1, listItem)
      return known.ordered ? <ol start={Number(known.start) || 1}>{items}</ol> : <ul>{items}</ul>
    }
    case 'table':
      return <Table table={known} depth={depth} />
    default:
      // HTML, definitions, and what a newer parser knows.
      return <p>{(token as Token).raw.trim()}</p>
  }
}

type BlockToken =
  | Tokens.Space
  | Tokens.Paragraph
  | Tokens.Heading
  | Tokens.Text
  | Tokens.Blockquote
  | Tokens.Code
  | Tokens.Hr
  | Tokens.List
  | Tokens.Table

const listItem = (item: Tokens.ListItem, depth: number): ReactElement => (
  <li>
    {item.task && (item.checked ? '☑ ' : '☐ ')}
    {list(item.tokens, depth, block)}
  </li>
)

function Table({ table, depth }: { table: Tokens.Table; depth: number }): ReactElement {
  return (
    <div className="table-scroll">
      <table>
        <thead>
          <tr>
            {list(table.header, depth, ({ tokens }) => (
              <th scope="col">{inlines(tokens, depth)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {list(table.rows, depth, (row) => (
            <tr>
              {list(row, depth, ({ tokens }) => (
                <td>{inlines(tokens, depth)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

type InlineToken =
  | Tokens.Text
  | Tokens.Escape
  | Tokens.Strong
  | Tokens.Em
  | Tokens.Del
  | Tokens.Codespan
  | Tokens.Br
  | Tokens.Link
  | Tokens.Image

const inlines = (tokens: readonly Token[], depth: number): ReactNode => list(tokens, depth + 1, inline)

function inline(token: Token, depth: number): ReactNode {
  if (depth > DEPTH) return token.raw
  const known = token as InlineToken
  switch (known.type) {
    case 'text':
    case 'escape':
      return unescaped(known.text)
    case 'strong':
      return <strong>{inlines(known.tokens, depth)}</strong>
    case 'em':
      return <em>{inlines(known.tokens, depth)}</em>
    case 'del':
      return <del>{inlines(known.tokens, depth)}</del>
    case 'codespan':
      return <code>{unescaped(known.text)}</code>
    case 'br':
      return <br />
    case 'link':
      return <Link href={known.href}>{inlines(known.tokens, depth)}</Link>
    case 'image':
      return <Link href={known.href}>{unescaped(known.text || known.href)}</Link>
    default:
      return (token as Token).raw
  }
}
