import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Meter } from '../ports/meter'

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const OPS = [1, 2, 5, 10, 20, 50, 100, 200, 500]

/** Metrics of one server, for Prometheus. A separate registry: two servers in one process count apart. */
export function metrics(now: {
  sockets: () => number
  queueDepth: () => number
  /** Bytes of uploads on the disk. */
  fileBytes: () => number
  /** Set if nodes are joined: whether the bus is up now. */
  isBusUp?: () => boolean
}): {
  meter: Meter
  registry: Registry
} {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const sends = new Counter({ name: 'roomful_sends_total', help: 'Messages stored', registers })
  const deliveries = new Counter({
    name: 'roomful_deliveries_total',
    help: 'Frames handed to sockets, by event',
    labelNames: ['event'],
    registers,
  })
  const refusals = new Counter({
    name: 'roomful_refusals_total',
    help: 'Requests, handshakes and uploads refused, by code',
    labelNames: ['code'],
    registers,
  })
  const caughtUp = new Counter({
    name: 'roomful_caught_up_total',
    help: 'Changes of other nodes that were found in the database because no node sent them',
    registers,
  })
  const batch = histogram('roomful_batch_ops', 'Ops committed in one transaction', OPS)
  const commit = histogram('roomful_commit_seconds', 'Time of one transaction', SECONDS)
  const fanOut = histogram('roomful_fan_out_seconds', 'Time to hand one batch to its sockets', SECONDS)
  const requests = new Histogram({
    name: 'roomful_request_seconds',
    help: 'Time from a request to its ack, by event',
    labelNames: ['event'],
    buckets: SECONDS,
    registers,
  })
  gauge('roomful_sockets', 'Signed-in sockets', now.sockets)
  gauge('roomful_queue_depth', 'Changes that wait or are being committed', now.queueDepth)
  gauge('roomful_file_bytes', 'Bytes of all uploads on the disk', now.fileBytes)
  const { isBusUp } = now
  if (isBusUp)
    gauge('roomful_redis_up', 'Whether Redis joins this node to the others: 1 or 0', () => Number(isBusUp()))

  function histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name, help, buckets, registers })
  }
  function gauge(name: string, help: string, read: () => number): Gauge {
    return new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }

  const timer = (of: Histogram, labels = {}): (() => void) => {
    const end = of.startTimer(labels)
    return () => void end()
  }
  const meter: Meter = {
    sends: (count) => sends.inc(count),
    commit: (ops, ms) => {
      batch.observe(ops)
      commit.observe(ms / 1000)
    },
    deliveries: (event, count) => deliveries.inc({ event }, count),
    refusal: (code) => refusals.inc({ code }),
    caughtUp: (changes) => caughtUp.inc(changes),
    timeFanOut: () => timer(fanOut),
    timeRequest: (event) => timer(requests, { event }),
  }
  return { meter, registry }
}
