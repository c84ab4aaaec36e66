import type { Ack, ClientEvent, ErrorAck, Message, OkAck, PayloadInput } from '@roomful/protocol'
import { ChatError } from '../model/chat-error'
import { TIMER_MOST_MS } from '../platform/clock'
import type { Ids } from '../platform/ids'
import type { RunClock } from '../platform/steady-clock'
import type { RequestResult, Transport } from '../transport/port'
import type { ChatStore } from './chat-store'
import type { Report } from './report'
import type { ServerTime } from './server-time'

/** What the runners share: the state, the connection, and the ports. */
export type EngineContext = {
  readonly store: ChatStore
  readonly transport: Transport
  readonly clock: RunClock
  readonly serverTime: ServerTime
  readonly ids: Ids
  readonly requestTimeoutMs: number
  /** Why nothing is sent any more: the code that stopped the chat, or ABORTED once it is closed. Null while it runs. */
  over(): ChatError | null
  /** The answer to one request; a refusal and a missing answer differ. Probes the connection when an answer is missing. */
  ask<E extends ClientEvent>(event: E, payload: PayloadInput<E>, timeoutMs?: number): Promise<Asked<E>>
  /** Rows that the local store holds; those that it cannot give are missing. */
  readChunks(
    roomId: string,
    indexes: readonly number[],
  ): Promise<readonly { readonly index: number; readonly messages: readonly Message[] }[]>
  readonly report: Report
  /** A bug, here or in a port: reported, and the connection is dropped, so that what was under way is asked for again. */
  failed(error: unknown): void
  /** A fresh token is needed; one flight however many ask. */
  refreshToken(): void
  /** Checks a connection that claims to be up, because an answer is missing. */
  probeConnection(): void
}

/** `error` null: no answer came, so the outcome is unknown; unless it was not sent at all. */
export type Asked<E extends ClientEvent> =
  | { readonly ok: true; readonly ack: OkAck<E> }
  | { readonly ok: false; readonly error: ChatError | null; readonly isUnsent?: boolean }

/** `now` and `random` of an event that happens now. */
export const nowAndRandom = ({
  clock,
  ids,
}: Pick<EngineContext, 'clock' | 'ids'>): { now: number; random: number } => ({
  now: clock.now(),
  random: ids.random(),
})

export function createAsk(
  engine: Pick<
    EngineContext,
    'transport' | 'requestTimeoutMs' | 'refreshToken' | 'probeConnection' | 'report'
  >,
): EngineContext['ask'] {
  return async (event, payload, timeoutMs = engine.requestTimeoutMs) => {
    const result = await request(engine, event, payload, Math.min(timeoutMs, TIMER_MOST_MS))
    if (result.kind !== 'ack') {
      if (result.kind === 'timeout') engine.probeConnection()
      return { ok: false, error: null, isUnsent: result.kind === 'offline' }
    }
    const { ack } = result
    if (!isRefused(ack)) return { ok: true, ack }
    const error = ChatError.fromAck(ack)
    if (error.retry === 'auth') engine.refreshToken()
    return { ok: false, error }
  }
}

/** A transport that breaks its word by throwing has given no answer. */
export async function request<E extends ClientEvent>(
  { transport, report }: Pick<EngineContext, 'transport' | 'report'>,
  event: E,
  payload: PayloadInput<E>,
  timeoutMs: number,
): Promise<RequestResult<E>> {
  try {
    return await transport.request(event, payload, timeoutMs)
  } catch (error) {
    report(error, { source: 'internal' })
    return { kind: 'lost' }
  }
}

const isRefused = <E extends ClientEvent>(ack: Ack<E>): ack is ErrorAck => !ack.ok
