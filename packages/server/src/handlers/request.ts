import { type ClientEvent, decodePayload, isClientEvent, LIMITS, type OkAck } from '@roomful/protocol'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Peer } from '../hub/peer'
import { StoreError } from '../stores/port'
import { FRAME_TOO_LARGE } from './frame'
import type { Services } from './handler'
import { errorAck } from './refusal-ack'
import { handlers } from './table'
import type { Rate, TokenBucket } from './token-bucket'

/** So many events that do not exist are a mistake; more are somebody trying doors. */
const UNKNOWN_EVENTS_BEFORE_CLOSE = 20

/** Requests over the rate that are still answered: a burst of an app in a loop, told to wait, is no attack. */
export const OVER_RATE: Rate = { perSecond: 20, burst: 1_000 }

/** One device's way into the server: what it has used up of its patience. */
export type Gate = {
  readonly events: TokenBucket
  /** What is refused for its rate counts here; who goes on regardless is cut off. */
  readonly overRate: TokenBucket
  unknown: number
  isDraining: () => boolean
}

/**
 * The one wrapper around every handler: whatever comes in, an answer goes out, and nothing is thrown (P10). `packet`
 * is the event's name and its arguments as they came from the wire.
 */
export async function request(
  services: Services,
  peer: Peer,
  gate: Gate,
  [event, ...args]: readonly unknown[],
): Promise<object> {
  const end = services.meter.timeRequest(isClientEvent(event) ? event : 'unknown')
  const answer = await answerTo(services, peer, gate, event, args)
  end()
  if (answer.ok) return answer
  services.meter.refusal(answer.code)
  return errorAck(answer, services.ids.requestId())
}

type Answer = OkAck<ClientEvent> | Refusal

async function answerTo(
  services: Services,
  peer: Peer,
  gate: Gate,
  event: unknown,
  args: readonly unknown[],
): Promise<Answer> {
  if (gate.events.take(1) === 0) return overRate(peer, gate)
  if (!isClientEvent(event)) return unknownEvent(peer, gate)
  if (args.includes(FRAME_TOO_LARGE)) return refuse('PAYLOAD_TOO_LARGE', { limit: LIMITS.frameBytes })
  if (services.hub.lifetimes.isExpired(peer) && event !== 'refresh-token') return refuse('TOKEN_EXPIRED')
  if (gate.isDraining()) return refuse('UNAVAILABLE')
  try {
    return await handle(services, peer, event, args)
  } catch (error) {
    return refusalOf(services, event, error)
  }
}

/** The reference emits some events without any payload; more than one argument is nobody's. */
function handle<E extends ClientEvent>(
  services: Services,
  peer: Peer,
  event: E,
  args: readonly unknown[],
): Promise<OkAck<E> | Refusal> | Refusal {
  if (args.length > 1) return refuse('INVALID_PAYLOAD')
  const decoded = decodePayload(event, args.length === 0 ? {} : args[0])
  if (!decoded.ok) return invalid(decoded.field)
  return handlers[event](services, peer, decoded.value)
}

/** Names the field, never the value. */
function invalid(field: string): Refusal {
  return refuse('INVALID_PAYLOAD', field === '' ? {} : { field })
}

/** Who was told to wait a thousand times, and does not, is no client of ours. */
function overRate(peer: Peer, { events, overRate }: Gate): Refusal {
  if (overRate.take(1) === 0) peer.line.close({ reason: 'ABUSE' })
  return refuse('RATE_LIMITED', { retryAfterMs: events.retryAfterMs })
}

function unknownEvent(peer: Peer, gate: Gate): Refusal {
  if (++gate.unknown > UNKNOWN_EVENTS_BEFORE_CLOSE) peer.line.close({ reason: 'ABUSE' })
  return refuse('UNKNOWN_EVENT')
}

function refusalOf({ log }: Services, event: ClientEvent, error: unknown): Refusal {
  if (error instanceof StoreError) {
    log.warn({ err: error, event }, 'the store refused')
    return refuse(error.code)
  }
  log.error({ err: error, event }, 'a handler failed')
  return refuse('INTERNAL')
}
