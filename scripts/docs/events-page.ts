import type { asyncApi } from './asyncapi'
import type { JsonSchema } from './openapi'
import { schemaTable } from './schema-table'

type Named = { readonly name: string; readonly payload: JsonSchema }
type Reference = { readonly $ref: string }
type Operation = {
  readonly action: 'receive' | 'send'
  readonly messages: readonly Reference[]
  readonly reply?: { readonly messages: readonly Reference[] }
}

const HEAD = `# Events of the wire

<!-- Made by \`npm run docs\` from the AsyncAPI document. -->

Every event of the wire with the fields of its payload and of its ack. What an event means, to whom it goes and when, is in
[the protocol](protocol.md). A server serves the same as an AsyncAPI 3 document, at \`/asyncapi.json\`.

A field with \`?\` may be absent. Every event of a client takes an ack; a refused one is answered with a
[Refusal](#refusal). Text has further rules that a schema cannot express: the server says which one was broken.
`

/** docs/reference/events.md, from the AsyncAPI document. */
export function eventsPage({ channels, operations, components }: ReturnType<typeof asyncApi>): string {
  const messages = channels.socket.messages as Readonly<Record<string, Named>>
  const all = Object.values(operations) as Operation[]
  const named = ({ $ref }: Reference): Named => {
    const found = messages[$ref.slice($ref.lastIndexOf('/') + 1)]
    if (found === undefined) throw new Error(`the document has no ${$ref}`)
    return found
  }
  const sections = (action: Operation['action']) =>
    all
      .filter((one) => one.action === action)
      .flatMap((operation) => operation.messages.map((message) => section(named(message), operation.reply)))
  const section = ({ name, payload }: Named, reply: Operation['reply']): string => {
    const [ack] = reply?.messages ?? []
    const answer = ack === undefined ? '' : `\nAck:\n\n${schemaTable(named(ack).payload)}`
    return `### \`${name}\`\n\n${schemaTable(payload)}${answer}`
  }
  const rows = Object.entries(components.schemas).map(
    ([name, schema]) => `### ${name}\n\n${schemaTable(schema as JsonSchema)}`,
  )
  const refusal = messages.Refusal
  if (refusal === undefined) throw new Error('the document has no Refusal')
  return [
    HEAD,
    '## From a client\n',
    ...sections('receive'),
    '## From the server\n',
    ...sections('send'),
    '## Rows\n',
    ...rows,
    `### Refusal\n\n${schemaTable(refusal.payload)}`,
  ].join('\n')
}
