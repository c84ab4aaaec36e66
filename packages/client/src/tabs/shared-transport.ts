import type { ClientEvent, Payload } from '@roomful/protocol'
import type { Clock } from '../platform/clock'
import type { DownReason, RequestResult, Transport, TransportEvent } from '../transport/port'
import { UNWRITABLE } from '../transport/unwritable'
import type { ConnectionHub } from './connection-hub'
import type { Owner } from './election'
import type { OutgoingMessage, TabMessage } from './messages'

/** The owner times a request; a tab waits this much longer for the owner's time-out. */
const RELAY_SLACK_MS = 1_000

const MOVED: DownReason = {
  code: 'OFFLINE',
  text: 'The connection moves to another tab',
  next: 'retry',
  reconnectInMs: 0,
}

const MISSED: DownReason = {
  code: 'OFFLINE',
  text: 'The tab missed messages of the connection',
  next: 'retry',
  reconnectInMs: 0,
}

export type SharedTransport = Transport & {
  /** The owner is another one, or another term of the same; `hub` when it is this tab. */
  onOwner(owner: Owner | null, hub: ConnectionHub | null): void
  onMessage(message: TabMessage): void
  /** From the hub to this tab. */
  onEvent(event: TransportEvent): void
}

/**
 * This tab's view of the shared connection: calls the hub where this tab is the owner, posts messages where another is.
 * Keeps the promises of `Transport`: after a `down` nothing of that connection comes any more, and before it every
 * request has its answer. Messages of other tabs may be lost (Chromium drops them while the debugger has stopped the
 * page): the owner counts what it delivers, and a tab that missed some of it attaches again.
 */
export function createSharedTransport(options: {
  me: string
  clock: Clock
  post(message: OutgoingMessage): void
  onEvent(event: TransportEvent): void
  /** False: it is another user's, whose tabs are joined next, and the owner of before must not see it (I29). */
  onToken(token: string): boolean | undefined
}): SharedTransport {
  const { me, clock, post } = options
  let owner: Owner | null = null
  let hub: ConnectionHub | null = null
  /** From the connect until the connection is down. */
  let token: string | null = null
  let isUp = false
  /** How many of the owner's messages this tab has received in this term. */
  let receivedCount = 0
  let requests = 0
  const pending = new Map<number, (result: RequestResult<ClientEvent>) => void>()

  const attach = (): void => {
    if (token === null || owner === null) return
    if (hub) hub.attach(me, token)
    else post({ type: 'attach', to: owner.tab, term: owner.term, token })
  }

  const detach = (dead: boolean): void => {
    const wasAttached = token !== null
    forget()
    if (!wasAttached || owner === null) return
    if (hub) hub.detach(me, dead)
    else post({ type: 'detach', to: owner.tab, term: owner.term, dead })
  }

  function forget(): void {
    token = null
    isUp = false
    for (const answer of [...pending.values()]) answer({ kind: 'lost' })
  }

  const onEvent = (event: TransportEvent): void => {
    if (token === null) return
    // A second attach gets a second `ready`.
    if (event.type === 'ready' && isUp) return
    if (event.type === 'ready') isUp = true
    else if (event.type === 'down') forget()
    else if (!isUp) return
    options.onEvent(event)
  }

  const onDelivered = (told: number): void => {
    const missed = told !== receivedCount + 1
    receivedCount = told
    if (missed && isUp) reattach()
  }

  const reattach = (): void => {
    detach(false)
    options.onEvent({ type: 'down', reason: MISSED })
  }

  /** The owner's answer to a ping arrives after all that it delivered before. */
  const onDeliveredCount = (told: number): void => {
    const missed = told !== receivedCount
    receivedCount = told
    if (missed && isUp) reattach()
    // The attach or its answer may have been lost.
    else if (!isUp) attach()
  }

  /** False: the message holds what cannot be cloned. */
  const tryPost = (message: OutgoingMessage): boolean => {
    try {
      post(message)
      return true
    } catch {
      return false
    }
  }

  const relay = (
    to: Owner,
    event: ClientEvent,
    payload: Payload<ClientEvent>,
    timeoutMs: number,
  ): Promise<RequestResult<ClientEvent>> =>
    new Promise((resolve) => {
      const no = ++requests
      const answer = (result: RequestResult<ClientEvent>): void => {
        cancel()
        pending.delete(no)
        resolve(result)
      }
      const cancel = clock.setTimer(timeoutMs + RELAY_SLACK_MS, () => answer({ kind: 'timeout' }))
      pending.set(no, answer)
      const isPosted = tryPost({ type: 'request', to: to.tab, term: to.term, no, event, payload, timeoutMs })
      if (!isPosted) answer({ kind: 'ack', ack: UNWRITABLE })
    })

  const request = (
    event: ClientEvent,
    payload: Payload<ClientEvent>,
    timeoutMs: number,
  ): Promise<RequestResult<ClientEvent>> => {
    if (!isUp || owner === null) return Promise.resolve({ kind: 'offline' })
    return hub ? hub.request(me, event, payload, timeoutMs) : relay(owner, event, payload, timeoutMs)
  }

  return {
    connect: (next) => {
      token = next
      if (options.onToken(next) !== false) attach()
    },
    disconnect: () => detach(true),
    close: () => detach(false),
    // The answer to an event is of that event: the hub and the messages keep the two together.
    request: request as Transport['request'],
    signal: (event, payload) => {
      if (!isUp || owner === null) return
      if (hub) hub.signal(event, payload)
      else tryPost({ type: 'signal', to: owner.tab, term: owner.term, event, payload })
    },
    onEvent,
    onOwner: (next, nextHub) => {
      // The first owner that becomes known replaces no connection.
      const moved = owner !== null && token !== null
      owner = next
      hub = nextHub
      receivedCount = 0
      if (moved) onEvent({ type: 'down', reason: MOVED })
      else attach()
    },
    onMessage: (message) => {
      if (!('term' in message) || message.from !== owner?.tab || message.term !== owner.term) return
      if (message.type === 'owner' && message.told !== undefined) onDeliveredCount(message.told)
      if (message.type === 'answer') pending.get(message.no)?.(message.result)
      if (message.type === 'answer' || message.type === 'event') onDelivered(message.told)
      if (message.type === 'event') onEvent(message.event)
    },
  }
}
