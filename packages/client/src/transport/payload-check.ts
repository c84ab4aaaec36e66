import {
  type ClientEvent,
  decodePayload,
  type ErrorAck,
  isClientEvent,
  type Payload,
  type WireErrorCode,
} from '@roomful/protocol'

/**
 * A payload rebuilt from its checked fields, or the refusal that the server would give: the mistake is found before it
 * is on the connection, and what no encoder could write (deep, circular) never comes to one.
 */
export function checkPayload<E extends ClientEvent>(
  event: E,
  payload: unknown,
): { ok: true; payload: Payload<E> } | { ok: false; ack: ErrorAck } {
  // An app may ask for any.
  if (!isClientEvent(event)) return refused('UNKNOWN_EVENT', 'There is no such event')
  const decoded = decodePayload(event, payload)
  if (decoded.ok) return { ok: true, payload: decoded.value }
  const { field } = decoded
  return refused('INVALID_PAYLOAD', `Not a payload of ${event}: ${field}`, { field })
}

const refused = (code: WireErrorCode, error: string, more: Partial<ErrorAck> = {}) =>
  ({ ok: false, ack: { ok: false, error, code, retry: 'never', ...more } }) as const
