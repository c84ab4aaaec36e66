import type { Context } from 'hono'
import type * as v from 'valibot'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Operation } from './operation'

/** Fields that the path of an operation names, in braces. */
export const pathFields = (path: string): readonly string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, field]) => field ?? [])

/** Whether the rest of the request is in the query, and not in the body. */
export const hasQuery = ({ method }: Pick<Operation, 'method'>): boolean =>
  method === 'GET' || method === 'DELETE'

/** The request of an operation as it came over HTTP, not validated yet. */
export async function requestValues(
  c: Context,
  operation: Pick<Operation, 'method' | 'path' | 'request'>,
): Promise<Readonly<Record<string, unknown>> | Refusal> {
  const rest = hasQuery(operation) ? queryValues(c, operation) : await bodyValues(c)
  if ('ok' in rest) return rest
  const named: Record<string, unknown> = { ...rest.values }
  for (const field of pathFields(operation.path)) {
    // Also the same value a second time: one of the two is a mistake.
    if (field in named) return refuse('INVALID_PAYLOAD', { field })
    named[field] = c.req.param(field)
  }
  const key = idempotencyKey(c)
  if (key === undefined || !('clientId' in operation.request.entries)) return named
  if (named.clientId !== undefined && named.clientId !== key)
    return refuse('INVALID_PAYLOAD', { field: 'clientId' })
  return { ...named, clientId: key }
}

type Values = { readonly values: Readonly<Record<string, unknown>> }

/** Text, except where the schema wants a number or a switch. */
function queryValues(c: Context, { request }: Pick<Operation, 'request'>): Values | Refusal {
  const values: Record<string, unknown> = {}
  for (const [field, texts] of Object.entries(c.req.queries())) {
    const [text = '', ...more] = texts
    if (more.length > 0) return refuse('INVALID_PAYLOAD', { field })
    const wanted = Object.hasOwn(request.entries, field) ? typeOf(request.entries[field]) : undefined
    values[field] = wanted === 'number' ? toNumber(text) : wanted === 'boolean' ? toBoolean(text) : text
  }
  return { values }
}

/** The type below `exactOptional` and `pipe`. */
function typeOf(schema: v.ObjectEntries[string] | undefined): string | undefined {
  if (!schema) return undefined
  return 'wrapped' in schema ? typeOf(schema.wrapped as v.GenericSchema) : schema.type
}

const toNumber = (text: string): unknown => (/^-?\d{1,16}$/.test(text) ? Number(text) : text)
const toBoolean = (text: string): unknown => (text === 'true' ? true : text === 'false' ? false : text)

const FIELD_LENGTH = 100

/** An empty body is an empty request. */
async function bodyValues(c: Context): Promise<Values | Refusal> {
  const [inQuery] = Object.keys(c.req.query())
  if (inQuery !== undefined) return refuse('INVALID_PAYLOAD', { field: inQuery.slice(0, FIELD_LENGTH) })
  const text = await c.req.text()
  if (text === '') return { values: {} }
  const value = parsed(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { values: { ...value } }
    : refuse('INVALID_PAYLOAD')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The draft standard writes it as a quoted string; most clients leave the quotes out. */
const idempotencyKey = (c: Context): string | undefined =>
  c.req.header('idempotency-key')?.replace(/^"(.*)"$/, '$1')
