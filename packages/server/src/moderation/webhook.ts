import type { Message } from '@roomful/protocol'
import { type Clock, systemClock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Hooks } from './hooks'
import { signWebhook } from './signature'

/** Waiting deliveries, with those under way: beyond it new ones are dropped, since a send does not wait. */
const WAITING_MAX = 1_000
const AT_ONCE = 4
const ATTEMPT_MS = 5_000
/** Waits between the attempts: given up after about a minute. */
const RETRY_AFTER_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000]
/** How long a stop waits for deliveries under way: the last part of the 10 s that a stop may take. */
const CLOSE_MS = 1_500

export type WebhookOptions = {
  /** Called with POST for each new message and each edit. */
  readonly url: string
  /** Signs each call, so that the receiver can verify it. */
  readonly secret: string
  readonly log?: Log
  readonly clock?: Clock
  readonly fetch?: typeof fetch
}

export interface Webhook {
  /** Pass it as `hooks.afterSend`. */
  afterSend(message: Message): void
  /** Pass it as `hooks.afterEdit`. */
  afterEdit(message: Message): void
  /** Accepts nothing new, and waits at most 1.5 s for deliveries under way. */
  stop(): Promise<void>
}

type Delivery = { readonly id: string; readonly body: string; attempts: number }

/**
 * Notifies another server of every new message and edit, without delaying sends: a limited number wait, four go out at
 * once, and each is retried for about a minute. A receiver may get one twice (with the same `Roomful-Delivery` header)
 * and, if this server dies, not at all.
 *
 *   waiting ──▶ on its way ── 2xx ──▶ done
 *      ▲            ├── other 4xx ──▶ given up
 *      └── later ───┴── 5xx, 408, 429, no answer; after the last attempt given up
 *
 * @example
 * const webhook = createWebhook({ url: 'https://app.example.com/chat', secret })
 * const { afterSend, afterEdit } = webhook
 * const server = await createChatServer({ hooks: { afterSend, afterEdit } })
 */
export function createWebhook(options: WebhookOptions): Webhook {
  const { url, secret, log, clock = systemClock, fetch: send = fetch } = options
  const queue: Delivery[] = []
  const timers = new Set<() => void>()
  let waiting = 0
  let onItsWay = 0
  let dropped = 0
  let closed = false
  let onEmpty = (): void => {}

  const finished = (): void => {
    if (--waiting === 0) onEmpty()
  }
  const later = (ms: number, run: () => void): void => {
    const cancel = clock.setTimer(ms, () => {
      timers.delete(cancel)
      run()
    })
    timers.add(cancel)
  }
  const next = (): void => {
    while (onItsWay < AT_ONCE) {
      const delivery = queue.shift()
      if (!delivery) return
      onItsWay++
      void deliver(delivery).finally(() => {
        onItsWay--
        next()
      })
    }
  }
  /** Never rejects. */
  const deliver = async (delivery: Delivery): Promise<void> => {
    const outcome = await attempt(delivery)
    if (outcome === 'done') return finished()
    const waitMs = RETRY_AFTER_MS[delivery.attempts++]
    if (outcome === 'refused' || waitMs === undefined || closed) {
      log?.warn({ messageId: delivery.id, attempts: delivery.attempts }, 'a webhook was given up')
      return finished()
    }
    later(waitMs, () => {
      queue.push(delivery)
      next()
    })
  }
  const attempt = async ({ id, body }: Delivery): Promise<'done' | 'refused' | 'failed'> => {
    const cut = new AbortController()
    const cancel = clock.setTimer(ATTEMPT_MS, () => cut.abort())
    try {
      const signature = signWebhook(secret, body, clock.now())
      const response = await send(url, {
        method: 'POST',
        body,
        headers: {
          'Content-Type': 'application/json',
          'Roomful-Signature': signature,
          'Roomful-Delivery': id,
        },
        // Only this address is agreed on, and none that it redirects to.
        redirect: 'manual',
        signal: cut.signal,
      })
      await response.body?.cancel()
      if (response.ok) return 'done'
      return isFinal(response.status) ? 'refused' : 'failed'
    } catch (error) {
      log?.debug({ err: error, messageId: id }, 'a webhook was not taken')
      return 'failed'
    } finally {
      cancel()
    }
  }
  const take = (id: string, type: 'message' | 'edit', message: Message): void => {
    if (closed) return
    if (waiting >= WAITING_MAX) {
      // Logged once for a whole run of them.
      if (dropped++ % WAITING_MAX === 0) log?.error({ dropped }, 'webhooks are dropped: too many wait')
      return
    }
    waiting++
    queue.push({ id, body: JSON.stringify({ type, message }), attempts: 0 })
    next()
  }
  return {
    afterSend: (message) => take(message.id, 'message', message),
    afterEdit: (message) => take(`${message.id}.${message.rev}`, 'edit', message),
    async stop() {
      closed = true
      if (waiting > 0)
        await new Promise<void>((resolve) => {
          onEmpty = resolve
          later(CLOSE_MS, resolve)
        })
      for (const cancel of timers) cancel()
      if (waiting > 0) log?.warn({ waiting }, 'webhooks were left undelivered')
      queue.length = 0
    },
  }
}

/** The receiver refuses permanently. */
const isFinal = (status: number): boolean => status < 500 && status !== 408 && status !== 429

/** An app's own hooks, and the webhook after them. */
export function withWebhook(hooks: Hooks, webhook: Webhook | undefined): Hooks {
  if (!webhook) return hooks
  return {
    ...hooks,
    afterSend: (message) => {
      webhook.afterSend(message)
      return hooks.afterSend?.(message)
    },
    afterEdit: (message) => {
      webhook.afterEdit(message)
      return hooks.afterEdit?.(message)
    },
  }
}
