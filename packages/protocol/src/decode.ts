import * as v from 'valibot'
import { type Ack, type ClientEvent, clientEvents, type Payload } from './client-events/table'
import { ErrorAck } from './error-ack'
import { type ServerEvent, type ServerMessage, serverEvents } from './server-events/table'

/** What was wrong with a value from outside. `field` is the path to it; the value itself is never repeated. */
export type DecodeFailure = { ok: false; field: string }
export type Decoded<T> = { ok: true; value: T } | DecodeFailure

function run<S extends v.GenericSchema>(schema: S, value: unknown): Decoded<v.InferOutput<S>> {
  // One issue is enough to refuse; with many keys a full report would cost more than the answer is worth.
  const result = v.safeParse(schema, value, { abortEarly: true })
  if (result.success) return { ok: true, value: result.output }
  const path = result.issues[0].path?.map((item) => String(item.key)).join('.') ?? ''
  return { ok: false, field: path.slice(0, 100) }
}

export function isClientEvent(event: unknown): event is ClientEvent {
  return typeof event === 'string' && Object.hasOwn(clientEvents, event)
}

/** At the server: one client event's payload, rebuilt from its validated fields. */
export function decodePayload<E extends ClientEvent>(event: E, payload: unknown): Decoded<Payload<E>> {
  // valibot accepts an array as an object whose fields are all optional.
  if (Array.isArray(payload)) return { ok: false, field: '' }
  return run(clientEvents[event].payload, payload) as Decoded<Payload<E>>
}

/** At the client: the answer to a request, accepted or refused. */
export function decodeAck<E extends ClientEvent>(event: E, ack: unknown): Decoded<Ack<E>> {
  const refused = v.safeParse(ErrorAck, ack)
  if (refused.success) return { ok: true, value: refused.output }
  return run(clientEvents[event].ack, ack) as Decoded<Ack<E>>
}

/** At the client: one event of the server. An unknown event is a failure with field `event`: ignore and count it. */
export function decodeServerEvent(event: string, payload: unknown): Decoded<ServerMessage> {
  if (!Object.hasOwn(serverEvents, event)) return { ok: false, field: 'event' }
  const decoded = run(serverEvents[event as ServerEvent], payload)
  return decoded.ok ? { ok: true, value: { event, payload: decoded.value } as ServerMessage } : decoded
}
