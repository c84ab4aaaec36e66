import type { JsonSchema, openApi } from './openapi'
import { schemaTable } from './schema-table'

type Parameter = {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly description?: string
  readonly schema: JsonSchema
}
type Content = { readonly 'application/json': { readonly schema: JsonSchema } }
type Operation = {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly 'x-scope': string
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: Content }>>
}

const HEAD = `# The server API

<!-- Made by \`npm run docs\` from the OpenAPI document. -->

Every operation of \`/v1\`, for an app's backend: what it takes, what it answers, and how it may refuse. How to get a key, what
a scope allows and what is idempotent is in [the guide](../guides/server-api.md). In JavaScript
[\`@roomful/admin\`](../../packages/admin/README.md) has a method for each. A server serves the same as an OpenAPI 3.1
document, at \`/openapi.json\`.

A field with \`?\` may be absent. A refusal is a [Problem](#problem); its \`code\` is one of [the errors](errors.md).
`

/** docs/reference/http-api.md, from the OpenAPI document. */
export function httpApiPage({ paths, components }: ReturnType<typeof openApi>): string {
  const all = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      route: `${method.toUpperCase()} ${path}`,
      ...(operation as Operation),
    })),
  )
  const tags = [...new Set(all.flatMap((one) => one.tags))]
  return [
    HEAD,
    ...tags.flatMap((tag) => [
      `## ${tag.charAt(0).toUpperCase()}${tag.slice(1)}\n`,
      ...all.filter((one) => one.tags.includes(tag)).map(sectionOf),
    ]),
    '## Schemas\n',
    ...Object.entries(components.schemas).map(
      ([name, schema]) => `### ${name}\n\n${schemaTable(schema as JsonSchema)}`,
    ),
  ].join('\n')
}

function sectionOf({ route, ...operation }: Operation & { readonly route: string }): string {
  const { operationId, summary, parameters, requestBody, responses } = operation
  const placed = (place: string, title: string): string => {
    const found = parameters.filter((one) => one.in === place)
    if (found.length === 0) return ''
    const properties = Object.fromEntries(found.map(({ name, schema }) => [name, schema]))
    const required = found.flatMap((one) => (one.required ? one.name : []))
    return `${title}:\n\n${schemaTable({ type: 'object', properties, required })}\n`
  }
  const body = requestBody?.content['application/json'].schema
  const { 200: done, ...refused } = responses
  const refusals = Object.entries(refused).map(
    ([status, { description }]) => `${status} (${description.replaceAll(/\w+/g, '`$&`')})`,
  )
  return [
    `### \`${operationId}\`\n`,
    `\`${route}\`, scope \`${operation['x-scope']}\`. ${summary}\n`,
    placed('path', 'In the path'),
    placed('query', 'In the query'),
    placed('header', 'Headers'),
    body === undefined ? '' : `Body:\n\n${schemaTable(body)}\n`,
    done === undefined ? '' : `Answer:\n\n${schemaTable(done.content['application/json'].schema)}\n`,
    `Refusals: ${refusals.join(', ')}.\n`,
  ]
    .filter(Boolean)
    .join('\n')
}
