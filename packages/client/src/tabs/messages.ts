import type { ClientEvent, Payload } from '@roomful/protocol'
import type { RequestResult, TransportEvent } from '../transport/port'

/** Messages between tabs. Every tab receives all of them, and handles those that are to it or have no addressee. */
export type TabMessage = {
  readonly from: string
  readonly to?: string
} & ( // Who owns the connection. `term` is new each time that a tab becomes the owner.
  | { readonly type: 'ping'; readonly visible: boolean }
  /** `told`: how many messages of this term the owner has sent to this tab. A tab that received fewer has missed some. */
  | { readonly type: 'owner'; readonly term: string; readonly told?: number }
  /** From the owner to one tab: take the lock, the connection is closed. */
  | { readonly type: 'yielded' }
  // A tab at the owner's connection, under the owner's term: a message to an earlier owner is not for this one.
  | { readonly type: 'attach'; readonly term: string; readonly token: string }
  | { readonly type: 'detach'; readonly term: string; readonly dead: boolean }
  | ({ readonly type: 'request'; readonly term: string; readonly no: number } & Relayed)
  | ({ readonly type: 'signal'; readonly term: string } & Omit<Relayed, 'timeoutMs'>)
  // From the owner to one tab. `told` counts these, from 1 in each term. Tabs of an older version read it: keep the name.
  | {
      readonly type: 'answer'
      readonly term: string
      readonly told: number
      readonly no: number
      readonly result: RequestResult<ClientEvent>
    }
  | { readonly type: 'event'; readonly term: string; readonly told: number; readonly event: TransportEvent }
  /** The connection is up: a tab that waits for its next try can connect now. */
  | { readonly type: 'line-up' }
  // From tab to tab.
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
/** A message before it is posted: the tab's own name is added then. */
export type OutgoingMessage = WithoutFrom<TabMessage>

/** The border: only tabs of this origin can write here, and they run this code; a stray message is not for us. */
export function readMessage(data: unknown, me: string): TabMessage | null {
  if (typeof data !== 'object' || data === null) return null
  const message = data as Partial<TabMessage>
  if (typeof message.from !== 'string' || typeof message.type !== 'string') return null
  if (message.to !== undefined && message.to !== me) return null
  return message as TabMessage
}
