import {
  type ClientEvent,
  decodePayload,
  isClientEvent,
  LIMITS,
  type OkAck,
  type Payload,
} from '@roomful/protocol'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { charge } from '../costs/account'
import { REQUEST_UNITS } from '../costs/prices'
import type { Refund } from '../costs/quotas'
import { weightOf } from '../costs/weight'
import type { Device } from '../hub/device'
import { StoreError } from '../stores/port'
import { DeviceGone } from './device-reads'
import { FRAME_TOO_LARGE } from './frame'
import type { Services } from './handler'
import type { Pace } from './pace'
import { errorAck } from './refusal-ack'
import { handlers } from './table'
import type { Rate, TokenBucket } from './token-bucket'

/** A few unknown events are a mistake; more are an attack. */
const UNKNOWN_EVENTS_BEFORE_CLOSE = 20

/** Rate refusals that a device gets in one second: by then it knows that it must wait, and does not. */
export const OVER_RATE: Rate = { perSecond: 20, burst: 20 }
/** Budget refusals: when the budget runs out, several devices already have requests under way. */
export const OVER_BUDGET: Rate = { perSecond: 20, burst: 200 }
/** Renewals of a token that wait for nothing: one that is not renewed ends the connection. A token lives for minutes. */
export const RENEWALS: Rate = { perSecond: 0.1, burst: 5 }
const WEIGHT_A_REFUSAL = 16
const OVERLOADED_RETRY_MS = 1_000

/** The limits of one device, and how much of them it has used. */
export type Gate = {
  readonly events: TokenBucket
  /** Shared by all of the user's devices. */
  readonly budget: TokenBucket
  readonly pace: Pace
  /** Counts rate refusals; a device that goes on regardless is closed. */
  readonly overRate: TokenBucket
  readonly overBudget: TokenBucket
  /** Renewals of its token beyond the budget and the pace. */
  readonly renewals: TokenBucket
  /** Requests that may be under way at a time. */
  readonly mostUnderWay: number
  underWay: number
  unknown: number
  isDraining: () => boolean
}

/**
 * The one wrapper around every handler: every request gets an answer, and nothing is thrown (P10). `packet` is the
 * event's name and its arguments as they arrived.
 */
export async function request(
  services: Services,
  device: Device,
  gate: Gate,
  [event, ...args]: readonly unknown[],
): Promise<object> {
  const end = services.meter.timeRequest(isClientEvent(event) ? event : 'unknown')
  const answer = await answerTo(services, device, gate, event, args)
  end()
  if (answer.ok) return answer
  services.meter.refusal(answer.code)
  return errorAck(answer, services.ids.requestId())
}

type Answer = OkAck<ClientEvent> | Refusal

async function answerTo(
  services: Services,
  device: Device,
  gate: Gate,
  event: unknown,
  args: readonly unknown[],
): Promise<Answer> {
  if (gate.events.take(1) === 0) return overRate(device, gate)
  if (!isClientEvent(event)) return unknownEvent(device, gate)
  if (args.includes(FRAME_TOO_LARGE)) return tooLarge(device, gate)
  if (services.hub.lifetimes.isExpired(device) && event !== 'refresh-token') return refuse('TOKEN_EXPIRED')
  if (gate.isDraining()) return refuse('UNAVAILABLE')
  const weight = weightOf(args)
  const isFree = event === 'refresh-token' && gate.renewals.take(1) > 0
  if ((gate.budget.isSpent || gate.pace.isFull) && !isFree) return overBudget(device, gate, weight)
  // With a slow database, a device could otherwise have any number of requests waiting.
  if (gate.underWay >= gate.mostUnderWay) return refuse('OVERLOADED', { retryAfterMs: OVERLOADED_RETRY_MS })
  gate.underWay++
  try {
    const turn = isFree ? undefined : gate.pace.turn()
    if (turn) {
      await turn
      if (device.isGone) return refuse('UNAVAILABLE')
      if (gate.budget.isSpent) return overBudget(device, gate, weight)
    }
    spend(gate, REQUEST_UNITS + weight)
    return await handle(services, device, gate, event, args)
  } catch (error) {
    return refusalOf(services, event, error)
  } finally {
    gate.underWay--
  }
}

/** Protocol 1 emits some events without any payload; no client sends more than one argument. */
async function handle<E extends ClientEvent>(
  services: Services,
  device: Device,
  gate: Gate,
  event: E,
  args: readonly unknown[],
): Promise<OkAck<E> | Refusal> {
  const decoded = decodePayload(event, args.length === 0 ? {} : args[0])
  if (args.length > 1) return refuse('INVALID_PAYLOAD')
  if (!decoded.ok) return invalid(decoded.field)
  const adjustCharge = charge(
    {
      spend: (units) => spend(gate, units),
      hold: (units) => gate.budget.spend(units),
      hub: services.hub,
      device,
    },
    event,
    decoded.value,
  )
  const counted = services.quotas.take(device, event, decoded.value)
  const answer = counted
    ? await countedAnswer(services, device, event, decoded.value, await counted)
    : await handlers[event](services, device, decoded.value)
  adjustCharge(answer)
  return answer
}

/** A handler that throws counts as having added nothing. */
async function countedAnswer<E extends ClientEvent>(
  services: Services,
  device: Device,
  event: E,
  payload: Payload<E>,
  counted: Refund<E> | Refusal,
): Promise<OkAck<E> | Refusal> {
  if (typeof counted !== 'function') return counted
  let answer: OkAck<E> | Refusal = refuse('INTERNAL')
  try {
    answer = await handlers[event](services, device, payload)
    return answer
  } finally {
    counted(answer)
  }
}

/** Names the field, never the value. */
function invalid(field: string): Refusal {
  return refuse('INVALID_PAYLOAD', field === '' ? {} : { field })
}

function spend({ budget, pace }: Gate, units: number): void {
  budget.spend(units)
  pace.spend(units)
}

/** The refusal costs too: many sockets of one user, each refused all the time, are no way around the budget. */
function overRate(device: Device, { budget, events, overRate }: Gate): Refusal {
  if (!budget.isSpent) budget.spend(REQUEST_UNITS)
  strike(device, overRate)
  return refuse('RATE_LIMITED', { retryAfterMs: events.retryAfterMs })
}

/** A large payload was decoded, and counts as several. */
function overBudget(device: Device, { budget, pace, overBudget }: Gate, weight: number): Refusal {
  strike(device, overBudget, 1 + Math.floor(weight / WEIGHT_A_REFUSAL))
  return refuse('RATE_LIMITED', { retryAfterMs: Math.max(budget.retryAfterMs, pace.retryAfterMs) })
}

/** Its megabyte was read, although it is refused. */
function tooLarge(device: Device, { overRate }: Gate): Refusal {
  strike(device, overRate)
  return refuse('PAYLOAD_TOO_LARGE', { limit: LIMITS.frameBytes })
}

function strike(device: Device, patience: TokenBucket, count = 1): void {
  if (patience.take(count) < count) device.connection.close({ reason: 'ABUSE' })
}

function unknownEvent(device: Device, gate: Gate): Refusal {
  if (++gate.unknown > UNKNOWN_EVENTS_BEFORE_CLOSE) device.connection.close({ reason: 'ABUSE' })
  return refuse('UNKNOWN_EVENT')
}

function refusalOf({ log }: Services, event: ClientEvent, error: unknown): Refusal {
  // The device is gone, so this answer is not delivered.
  if (error instanceof DeviceGone) return refuse('UNAVAILABLE')
  if (error instanceof StoreError) {
    log.warn({ err: error, event }, 'the store refused')
    return refuse(error.code)
  }
  log.error({ err: error, event }, 'a handler failed')
  return refuse('INTERNAL')
}
