import type { ClientEvent, Payload } from '@roomful/protocol'
import type { RequestResult, TransportEvent } from '../transport/port'

/** What tabs say to each other. Every tab hears all of it, and heeds what is to it, or to nobody in particular. */
export type TabMessage = {
  readonly from: string
  readonly to?: string
} & ( // Who owns the line. `term` is another one each time that somebody becomes the owner.
  | { readonly type: 'ping'; readonly visible: boolean }
  /** `told`: how much of this term it has told the tab that it answers: whoever was deaf for a while learns it by this. */
  | { readonly type: 'owner'; readonly term: string; readonly told?: number }
  /** Of the owner: take the lock, I let go of the line. */
  | { readonly type: 'yielded' }
  // A tab at the owner's line, under the owner's term: what is said to an earlier owner is not for this one.
  | { readonly type: 'attach'; readonly term: string; readonly token: string }
  | { readonly type: 'detach'; readonly term: string; readonly dead: boolean }
  | ({ readonly type: 'request'; readonly term: string; readonly no: number } & Relayed)
  | ({ readonly type: 'signal'; readonly term: string } & Omit<Relayed, 'timeoutMs'>)
  // The owner, to one tab. `told` counts these, from 1 in each term.
  | {
      readonly type: 'answer'
      readonly term: string
      readonly told: number
      readonly no: number
      readonly result: RequestResult<ClientEvent>
    }
  | { readonly type: 'event'; readonly term: string; readonly told: number; readonly event: TransportEvent }
  /** The line is up: whoever waits for the next try need not. */
  | { readonly type: 'line-up' }
  // News from tab to tab.
  | { readonly type: 'draft'; readonly roomId: string; readonly text: string }
  /** On the channel of the local copy, which is being deleted. */
  | { readonly type: 'signed-out' }
)

type Relayed = {
  readonly event: ClientEvent
  readonly payload: Payload<ClientEvent>
  readonly timeoutMs: number
}

type WithoutFrom<T> = T extends unknown ? Omit<T, 'from'> : never
/** A message as it is said: the tab's own name is put to it. */
export type OutgoingMessage = WithoutFrom<TabMessage>

/** The border: only tabs of this origin can write here, and they run this code; a stray message is not for us. */
export function readMessage(data: unknown, me: string): TabMessage | null {
  if (typeof data !== 'object' || data === null) return null
  const message = data as Partial<TabMessage>
  if (typeof message.from !== 'string' || typeof message.type !== 'string') return null
  if (message.to !== undefined && message.to !== me) return null
  return message as TabMessage
}
