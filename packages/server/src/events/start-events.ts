import type { UserId } from '@roomful/protocol'
import type { Registry } from 'prom-client'
import type { EventType } from '../core/chat-event'
import { ConfigError } from '../options'
import { type Clock, every } from '../ports/clock'
import type { Ids } from '../ports/ids'
import type { Log } from '../ports/log'
import type { Outbox } from '../stores/outbox'
import { Deliverer } from './deliverer'
import { faultsOf, type WebhookEndpoint } from './endpoint'
import { type EventListener, EventLog, type EventWriter } from './event-log'
import { LooseEvents } from './loose-events'
import { webhookMetrics } from './metrics'
import { boundOutbox } from './outbox-upkeep'
import { post } from './post'
import { type Webhooks, webhooksOf } from './webhooks'

/** A stop waits no longer, also if the database is away: what is not noted is delivered again. */
const CLOSE_MS = 2_000
/** The gauges are as old as this. */
const BOUND_MS = 15_000

export type Events = {
  readonly log: EventWriter
  /** Returns the function that ends it. */
  on<T extends EventType>(type: T, listener: EventListener<T>): () => void
  readonly webhooks: Webhooks
  /** A user's first device has connected, or the last one has gone. */
  readonly onConnection: (userId: UserId, isConnected: boolean, at: number) => void
  stop(): Promise<void>
}

/** Throws a ConfigError for endpoints that cannot be. */
export function checkEndpoints(endpoints: readonly WebhookEndpoint[]): void {
  const faults = faultsOf(endpoints)
  if (faults.length > 0)
    throw new ConfigError(faults.map((fault) => `the webhooks: ${fault} (--webhooks-file)`))
}

/** The events of a server, and the delivery of those that its endpoints want. Without any nothing runs. */
export function startEvents(parts: {
  readonly endpoints: readonly WebhookEndpoint[]
  readonly outbox: Outbox
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly registry: Registry
}): Events {
  const { endpoints, outbox, clock, ids, log, registry } = parts
  const events = new EventLog({ endpoints, ids, log })
  const webhooks = webhooksOf({ endpoints, outbox, clock })
  const loose = new LooseEvents({ events, outbox, clock, log })
  const onConnection: Events['onConnection'] = (userId, isConnected, at) => {
    if (events.isWanted)
      loose.note({ type: isConnected ? 'user.connected' : 'user.disconnected', at, data: { userId } })
  }
  const on: Events['on'] = (type, listener) => events.on(type, listener)
  const made = { log: events, on, webhooks, onConnection }
  if (endpoints.length === 0) return { ...made, stop: async () => {} }

  const meter = webhookMetrics(registry)
  const deliverers = endpoints.map(
    (endpoint) => new Deliverer({ endpoint, outbox, clock, ids, log, meter, post }),
  )
  const wake = (): void => {
    for (const deliverer of deliverers) deliverer.wake()
  }
  events.onKept(wake)
  let isStopped = false
  let bounding: Promise<void> | undefined
  const bound = async (): Promise<void> => {
    try {
      meter.queues(await boundOutbox({ outbox, log }, clock.now(), () => isStopped), clock.now())
    } catch (error) {
      log.warn({ err: error }, 'the webhooks that wait could not be counted')
    } finally {
      bounding = undefined
    }
  }
  const stopBounding = every(clock, BOUND_MS, () => {
    bounding ??= bound()
  })
  return {
    ...made,
    async stop() {
      isStopped = true
      stopBounding()
      const stopped = Promise.all([
        loose.stop(),
        ...deliverers.map((deliverer) => deliverer.stop()),
        bounding,
      ])
      await orAfter(clock, CLOSE_MS, stopped)
    },
  }
}

/** Leaves no timer, which would keep the process alive. */
async function orAfter(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  let cancel = (): void => {}
  const timeIsUp = new Promise<void>((resolve) => {
    cancel = clock.setTimer(ms, resolve)
  })
  await Promise.race([work, timeIsUp])
  cancel()
}
