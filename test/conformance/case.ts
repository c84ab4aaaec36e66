import { type Pattern, text } from './match'

/** `a` owns `$room`, `b` is a member of it, `c` is a stranger to it. A second device of one user has a number. */
export type Who = 'a' | 'b' | 'c' | 'a2' | 'b2'
export type Protocol = 1 | 2

/**
 * One line of a script. Payloads and patterns may hold `$names`: `$room`, `$a`, `$b`, `$c` (user ids), `$id1`…`$id9`
 * (fresh clientIds), and what an earlier step stored.
 */
export type Step =
  /** Sends and waits for the answer. `keep`: names for parts of it, by path. */
  | {
      readonly kind: 'ask'
      readonly who: Who
      readonly event: string
      readonly payload: unknown
      readonly expect: Pattern
      readonly keep?: Readonly<Record<string, string>>
    }
  /** Sends without an ack function. */
  | { readonly kind: 'tell'; readonly who: Who; readonly event: string; readonly payload: unknown }
  /** Waits for an event that matches. Others are left for later steps. */
  | {
      readonly kind: 'see'
      readonly who: Who
      readonly event: string
      readonly expect: Pattern
      readonly keep?: Readonly<Record<string, string>>
    }
  /** No event that matches has come by now; a round trip before it makes "by now" certain. */
  | { readonly kind: 'miss'; readonly who: Who; readonly event: string; readonly expect: Pattern }

export type Case = {
  readonly name: string
  readonly protocols: readonly Protocol[]
  readonly steps: readonly Step[]
}

type Keep = Readonly<Record<string, string>>

export function ask(who: Who, event: string, payload: unknown, expect: Pattern, keep?: Keep): Step {
  return { kind: 'ask', who, event, payload, expect, ...(keep ? { keep } : {}) }
}

export function see(who: Who, event: string, expect: Pattern, keep?: Keep): Step {
  return { kind: 'see', who, event, expect, ...(keep ? { keep } : {}) }
}

export const tell = (who: Who, event: string, payload: unknown): Step => ({
  kind: 'tell',
  who,
  event,
  payload,
})
export const miss = (who: Who, event: string, expect: Pattern): Step => ({ kind: 'miss', who, event, expect })

const casesOf =
  (...protocols: Protocol[]) =>
  (name: string, ...steps: Step[]): Case => ({ name, protocols, steps })

export const reference = casesOf(1)
export const modern = casesOf(2)
export const both = casesOf(1, 2)

/** Subscribes to `$room`. */
export const join = (who: Who): Step => ask(who, 'join-rooms', { roomIds: ['$room'] }, { ok: true })

/** Sends one text into `$room` and stores the row's id under `name`. */
export function say(who: Who, content: string, name = 'm'): Step {
  const payload = { roomId: '$room', content, clientId: `$client-${name}` }
  return ask(who, 'send-message', payload, { ok: true, message: { content } }, { [name]: 'message.id' })
}

/** The shape of every refusal. `error` stays a text, as in the reference; programs read `code`. */
export function refusal(code: string, more: Readonly<Record<string, Pattern>> = {}): Pattern {
  return { ok: false, error: text, code, ...more }
}

/** One refused request, as a separate case. */
export function refuses(name: string, event: string, payload: unknown, code: string, who: Who = 'a'): Case {
  return both(name, ask(who, event, payload, refusal(code)))
}
