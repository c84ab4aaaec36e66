import { Counter, Gauge, type Registry } from 'prom-client'
import type { Queue } from '../stores/outbox'
import type { DeliveryMeter } from './deliverer'

export type WebhookMeter = DeliveryMeter & {
  /** What waits now, of all endpoints. */
  queues(queues: readonly Queue[], nowMs: number): void
}

/** Only on a server that has webhooks. */
export function webhookMetrics(registry: Registry): WebhookMeter {
  const about = { labelNames: ['endpoint'] as const, registers: [registry] }
  const attempts = new Counter({
    ...about,
    name: 'roomful_webhook_attempts_total',
    help: 'Attempts to deliver an event, by endpoint and outcome (delivered, failed)',
    labelNames: ['endpoint', 'outcome'] as const,
  })
  const buried = new Counter({
    ...about,
    name: 'roomful_webhook_dead_total',
    help: 'Events that were given up',
  })
  const waiting = new Gauge({
    ...about,
    name: 'roomful_webhook_waiting',
    help: 'Events that wait for delivery',
  })
  const dead = new Gauge({ ...about, name: 'roomful_webhook_dead', help: 'Dead letters that are kept' })
  const age = new Gauge({
    ...about,
    name: 'roomful_webhook_oldest_seconds',
    help: 'How long the oldest event has been waiting',
  })
  return {
    attempt: (endpoint, outcome) => attempts.inc({ endpoint, outcome }),
    dead: (endpoint, count) => buried.inc({ endpoint }, count),
    queues(queues, nowMs) {
      for (const gauge of [waiting, dead, age]) gauge.reset()
      for (const { endpoint, oldestAt, ...queue } of queues) {
        waiting.set({ endpoint }, queue.waiting)
        dead.set({ endpoint }, queue.dead)
        age.set({ endpoint }, oldestAt === undefined ? 0 : Math.max(0, nowMs - oldestAt) / 1_000)
      }
    },
  }
}
