import { type ClientEvent, decodePayload, type ErrorAck, type Payload } from '@roomful/protocol'

/**
 * A payload rebuilt from its checked fields, or the refusal that the server would give: the mistake is found before it
 * is on the line, and what no encoder could write (deep, circular) never comes to one.
 */
export function checkPayload<E extends ClientEvent>(
  event: E,
  payload: unknown,
): { ok: true; payload: Payload<E> } | { ok: false; ack: ErrorAck } {
  const decoded = decodePayload(event, payload)
  if (decoded.ok) return { ok: true, payload: decoded.value }
  const { field } = decoded
  const error = `Not a payload of ${event}: ${field}`
  return { ok: false, ack: { ok: false, error, code: 'INVALID_PAYLOAD', retry: 'never', field } }
}
