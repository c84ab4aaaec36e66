import {
  AuditEntry,
  Member,
  Message,
  Report,
  Room,
  RoomListItem,
  WIRE_ERRORS,
  type WireErrorCode,
} from '@roomful/protocol'
import { toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema'
import { OPERATIONS } from '../../packages/server/src/api/operations'
import { STATUS_OF } from '../../packages/server/src/api/problem'
import { hasQuery, pathFields } from '../../packages/server/src/api/request-values'
import { ApiUser } from '../../packages/server/src/api/schemas'

type Schema = Parameters<typeof toJsonSchema>[0]
export type JsonSchema = { readonly [key: string]: unknown }
type ObjectSchema = JsonSchema & {
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
}

/** The rows, defined once and referenced. */
const rows = { AuditEntry, Member, Message, Report, Room, RoomListItem, User: ApiUser }

/** Refusals that every operation may have. */
const ALWAYS: readonly WireErrorCode[] = [
  'INVALID_PAYLOAD',
  'PAYLOAD_TOO_LARGE',
  'UNAUTHENTICATED',
  'TOKEN_INVALID',
  'FORBIDDEN',
  'REFUSED',
  'RATE_LIMITED',
  'OVERLOADED',
  'UNAVAILABLE',
  'STORAGE_FULL',
  'INTERNAL',
]

// Checks that JSON Schema cannot express (text rules, metadata's limits) are left out; the server enforces them all the
// same.
const config = {
  target: 'draft-2020-12',
  definitions: rows,
  errorMode: 'ignore',
  overrideRef: ({ referenceId }: { referenceId: string }) => `#/components/schemas/${referenceId}`,
  // Metadata: the only schema of its own kind.
  overrideSchema: ({ valibotSchema }: { valibotSchema: { type: string } }) =>
    valibotSchema.type === 'custom' ? ({ type: 'object', additionalProperties: true } as const) : undefined,
} as const

const schema = (value: Schema): ObjectSchema => {
  const { $schema: _, $defs: __, ...json } = toJsonSchema(value, config)
  return JSON.parse(JSON.stringify(json))
}

const Problem = {
  type: 'object',
  description: 'RFC 9457',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(WIRE_ERRORS) },
    retry: { type: 'string', enum: ['never', 'now', 'after', 'auth'] },
    field: { type: 'string' },
    limit: { type: 'number' },
    retryAfterMs: { type: 'number' },
    requestId: { type: 'string' },
  },
  required: ['type', 'title', 'status', 'code', 'retry', 'requestId'],
}

/** The OpenAPI 3.1 document of the server API, from its one table of operations. */
export function openApi(version: string) {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const operation of OPERATIONS) {
    const { id, method, path, scope, summary } = operation
    const request = schema(operation.request)
    const properties = Object.entries(request.properties ?? {})
    const inPath = pathFields(path)
    const rest = properties.filter(([field]) => !inPath.includes(field))
    const isRequired = (field: string): boolean => request.required?.includes(field) ?? false
    const parameter = (place: 'path' | 'query', field: string, value: JsonSchema) => ({
      ...{ name: field, in: place, required: isRequired(field), schema: value },
    })
    const key = {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'The same as `clientId` in the body.',
      schema: { type: 'string' },
    }
    const item = paths[path] ?? {}
    item[method.toLowerCase()] = {
      operationId: id,
      summary,
      tags: [id.split('.')[0]],
      security: [{ apiKey: [] }],
      'x-scope': scope,
      parameters: [
        ...inPath.map((field) => parameter('path', field, request.properties?.[field] ?? {})),
        ...(hasQuery(operation) ? rest.map(([field, value]) => parameter('query', field, value)) : []),
        ...('clientId' in operation.request.entries ? [key] : []),
      ],
      ...(hasQuery(operation) || rest.length === 0
        ? {}
        : {
            requestBody: {
              required: rest.some(([field]) => isRequired(field)),
              content: {
                'application/json': {
                  schema: {
                    type: 'object',
                    properties: Object.fromEntries(rest),
                    required: rest.flatMap(([field]) => (isRequired(field) ? field : [])),
                    additionalProperties: false,
                  },
                },
              },
            },
          }),
      responses: {
        200: { description: 'Done', content: { 'application/json': { schema: schema(operation.answer) } } },
        ...refusals([...ALWAYS, ...operation.refusals]),
      },
    }
    paths[path] = item
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Roomful server API',
      version,
      description: "What an app's backend does with users, rooms, members and messages.",
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } },
      schemas: { ...toJsonSchemaDefs(rows, config), Problem },
    },
  }
}

function refusals(codes: readonly WireErrorCode[]): Record<string, unknown> {
  const byStatus = new Map<number, Set<string>>()
  for (const code of codes)
    byStatus.set(STATUS_OF[code], (byStatus.get(STATUS_OF[code]) ?? new Set()).add(code))
  return Object.fromEntries(
    [...byStatus].map(([status, found]) => [
      status,
      {
        description: [...found].join(', '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}
