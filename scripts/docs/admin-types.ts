import type { JsonSchema, openApi } from './openapi'

type Document = ReturnType<typeof openApi>
type Parameter = {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly schema: JsonSchema
}
type OperationObject = {
  readonly operationId: string
  readonly summary: string
  readonly parameters: readonly Parameter[]
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: JsonSchema } }
  }
  readonly responses: {
    readonly 200: { readonly content: { readonly 'application/json': { readonly schema: JsonSchema } } }
  }
}

/** The types and routes of `@roomful/admin`, which has no schemas of its own, from the OpenAPI document. */
export function adminTypes({ paths, components }: Document): string {
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      ...(operation as OperationObject),
      route: `${method.toUpperCase()} ${path}`,
    })),
  )
  const { Problem: _, ...rows } = components.schemas
  return [
    '// Made by `npm run docs` from the OpenAPI document of the server. Do not edit.\n',
    ...Object.entries(rows).map(
      ([name, schema]) => `export type ${name} = ${typeOf(schema as JsonSchema)}\n`,
    ),
    '/** The requests of all operations, by their ids. */',
    'export type Requests = {',
    ...operations.flatMap(({ operationId, summary, ...rest }) => [
      `/** ${summary} */`,
      `'${operationId}': ${requestOf(rest)}`,
    ]),
    '}\n',
    '/** The answers of all operations, by their ids. */',
    'export type Answers = {',
    ...operations.map(
      ({ operationId, responses }) =>
        `'${operationId}': ${typeOf(responses[200].content['application/json'].schema)}`,
    ),
    '}\n',
    '/** Method and path of each operation. */',
    'export const ROUTES = {',
    ...operations.map(({ operationId, route }) => `'${operationId}': '${route}',`),
    '} as const satisfies { readonly [Id in keyof Requests]: string }',
    '',
  ].join('\n')
}

function requestOf({ parameters, requestBody }: Pick<OperationObject, 'parameters' | 'requestBody'>): string {
  const fields = parameters.filter((one) => one.in !== 'header')
  const body = requestBody?.content['application/json'].schema ?? {}
  return typeOf({
    type: 'object',
    properties: {
      ...Object.fromEntries(fields.map(({ name, schema }) => [name, schema])),
      ...(body.properties as object | undefined),
    },
    required: [
      ...fields.flatMap(({ name, required }) => (required ? name : [])),
      ...((body.required as string[] | undefined) ?? []),
    ],
  })
}

/** As far as the server's schemas go. */
function typeOf(schema: JsonSchema): string {
  const { $ref, enum: words, type, anyOf, items, properties, required, additionalProperties } = schema
  if (typeof $ref === 'string') return $ref.slice($ref.lastIndexOf('/') + 1)
  if ('const' in schema) return JSON.stringify(schema.const)
  if (Array.isArray(words)) return words.map((word) => JSON.stringify(word)).join(' | ')
  if (Array.isArray(anyOf)) return anyOf.map((one: JsonSchema) => typeOf(one)).join(' | ')
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type
    case 'number':
    case 'integer':
      return 'number'
    case 'array':
      return `readonly (${typeOf(items as JsonSchema)})[]`
    case 'object':
      return properties === undefined && additionalProperties === true
        ? 'Readonly<Record<string, unknown>>'
        : objectOf(properties as Record<string, JsonSchema>, (required as string[] | undefined) ?? [])
    default:
      throw new Error(`no type for ${JSON.stringify(schema)}`)
  }
}

const objectOf = (properties: Record<string, JsonSchema>, required: readonly string[]): string => {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const mark = required.includes(name) ? '' : '?'
    return `readonly ${name}${mark}: ${typeOf(schema)}`
  })
  return fields.length === 0 ? 'Readonly<Record<string, never>>' : `{ ${fields.join('; ')} }`
}
