import type { Actor, HistoryEvent, Operation, SeenMessage } from './event'

/** One call with its outcome, made of the events with its name. Indexes are positions in the history. */
export type Call = {
  readonly call: string
  readonly who: Actor
  readonly roomId: string
  readonly op: Operation
  readonly invokedAt: number
  readonly outcome: 'ok' | 'failed' | 'unknown' | 'open'
  /** Infinity while it is open or unknown: it may take effect at any time. */
  readonly doneAt: number
  readonly message?: SeenMessage
}

/** Pairs the events of each call. A later event of a call wins: an unknown send may turn out ok after all. */
export function callsOf(history: readonly HistoryEvent[]): Call[] {
  const calls = new Map<string, Call>()
  history.forEach((event, at) => {
    if (event.phase === 'invoked') {
      const { who, roomId, op, call } = event
      if (calls.has(call)) throw new Error(`Call ${call} was invoked twice`)
      calls.set(call, { call, who, roomId, op, invokedAt: at, outcome: 'open', doneAt: Infinity })
      return
    }
    if (event.phase !== 'ok' && event.phase !== 'failed' && event.phase !== 'unknown') return
    const open = calls.get(event.call)
    if (open === undefined) throw new Error(`Call ${event.call} ended without having begun`)
    calls.set(event.call, {
      ...open,
      outcome: event.phase,
      doneAt: event.phase === 'unknown' ? Infinity : at,
      ...(event.phase === 'ok' && event.message ? { message: event.message } : {}),
    })
  })
  return [...calls.values()]
}

export type SendCall = Call & { readonly op: Extract<Operation, { kind: 'send' }> }

export function sendsOf(calls: readonly Call[]): SendCall[] {
  return calls.filter((call): call is SendCall => call.op.kind === 'send')
}

/** One (room, sender, clientId) is one message, for ever (I4). */
export const sendKey = (roomId: string, senderId: string, clientId: string): string =>
  `${roomId} ${senderId} ${clientId}`
