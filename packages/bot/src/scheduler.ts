import { type Chat, ChatError, type Clock } from '@roomful/client'
import { attempt } from './attempts'
import type { OnBotError } from './bot-error'
import { deadJob, deadLetterWrite } from './dead-letters'
import type { JobHandler } from './handlers'
import type { Keeper } from './keeper'
import { type Every, nextAfter } from './occurrence'
import type { Term } from './run'
import type { Sender } from './sender'
import type { BotWrite } from './store/port'
import { sleep } from './timing'

/** Jobs that wait for their time. */
const JOBS_MOST = 10_000
/** Handlers of jobs that run at once. */
const RUNNING_MOST = 16
/** The time of day may be set meanwhile. */
const LOOK_EVERY_MS = 60_000
const JOB_BYTES = 16_384

export type JobOptions = { readonly at: Date; readonly data?: unknown; readonly key?: string }

/** `every`: it is repeated. `at`: when it is due, in ms. */
type Job = {
  readonly id: string
  readonly name: string
  readonly at: number
  readonly data: unknown
  readonly every?: Every
}

export type Scheduler = {
  /** Resolves when it is stored. A key that waits already stays as it is. */
  schedule(name: string, options: JobOptions & { readonly key: string }): Promise<void>
  cancel(name: string, key: string): Promise<boolean>
  /** Reads what is stored, and begins. */
  start(): Promise<void>
  /** When everything under way has ended, after the term. */
  ended(): Promise<void>
}

export type Jobs = {
  readonly once: ReadonlyMap<string, JobHandler>
  readonly repeated: ReadonlyMap<string, { readonly every: Every; readonly handler: JobHandler }>
}

type Parts = {
  readonly chat: Chat
  readonly clock: Clock
  readonly report: OnBotError
  readonly send: Sender
  readonly keeper: Keeper
  readonly term: Term
  readonly attempts: number
  readonly handlerTimeoutMs: number
}

/** `once` jobs are stored until they have run; of `every` job it is stored until when its runs are done. */
export function createScheduler(parts: Parts, { once, repeated }: Jobs): Scheduler {
  const { chat, clock, keeper, term } = parts
  const jobs = new Map<string, Job>()
  const running = new Map<string, Promise<void>>()
  let wake = (): void => {}
  let loop: Promise<void> = Promise.resolve()

  async function run(job: Job): Promise<void> {
    const handler = repeated.get(job.name)?.handler ?? once.get(job.name)
    if (handler === undefined) return
    const at = new Date(job.at)
    const outcome = await attempt(parts, { event: `job ${job.name}` }, async (signal) => {
      let sends = 0
      await handler({
        chat,
        job: job.name,
        at,
        data: job.data,
        signal,
        send: (roomId, message, key) =>
          parts.send({
            roomId,
            message,
            signal,
            key: `job ${job.id} ${at.toISOString()} ${roomId} ${key ?? String(sends++)}`,
          }),
      })
    })
    // It stood for all that were missed: a restart, or a new term after a lost lease, must not run those again.
    const until = Math.max(job.at, clock.now())
    const writes = [job.every ? lastRun(job.name, until) : gone(job.id)]
    if (!outcome.ok && !job.every)
      writes.push(deadLetterWrite(deadJob(job, outcome.error, outcome.attempts, clock.now())))
    await keeper.commit(writes)
    if (job.every) plan(job.name, job.every, until)
    else jobs.delete(job.id)
  }

  function plan(name: string, every: Every, after: number): void {
    const at = nextAfter(every, after)
    const id = `every ${name}`
    if (at === undefined) jobs.delete(id)
    else jobs.set(id, { id, name, at, data: undefined, every })
  }

  /** Starts what is due, and answers when the next one is. */
  function startDue(): number {
    const now = clock.now()
    let next = now + LOOK_EVERY_MS
    for (const job of jobs.values()) {
      if (running.has(job.id)) continue
      if (job.at > now) next = Math.min(next, job.at)
      else if (running.size < RUNNING_MOST)
        running.set(
          job.id,
          run(job)
            // The term has ended: the next one runs it.
            .catch(() => {})
            .then(() => {
              running.delete(job.id)
              wake()
            }),
        )
    }
    return next
  }

  async function work(): Promise<void> {
    while (!term.ends.aborted) {
      const rest = new AbortController()
      wake = () => rest.abort()
      const next = startDue()
      await sleep(clock, Math.max(0, next - clock.now()), rest.signal).catch(() => {})
    }
    await Promise.all(running.values())
  }

  return {
    async start() {
      const last = new Map<string, number>()
      for await (const { key, value } of keeper.all('jobs')) {
        if (key.startsWith('last ') && typeof value === 'number') last.set(key.slice(5), value)
        else if (isJob(value)) jobs.set(value.id, value)
      }
      for (const [name, { every }] of repeated) {
        const at = last.get(name)
        // Its first time: it counts from now, also if it is stopped before.
        if (at === undefined) await keeper.commit([lastRun(name, clock.now())])
        plan(name, every, at ?? clock.now())
      }
      const end = (): void => wake()
      term.ends.addEventListener('abort', end)
      loop = work()
    },
    async schedule(name, { at, data, key }) {
      if (!once.has(name)) throw new Error(`There is no job ${name}: give its handler to bot.job first`)
      const due = at.getTime()
      if (Number.isNaN(due)) throw new ChatError('INVALID_PAYLOAD', 'at is no time', { field: 'at' })
      const id = `${name} ${key}`
      if (jobs.has(id)) return
      if (jobs.size >= JOBS_MOST)
        throw new ChatError('LIMIT_EXCEEDED', `At most ${JOBS_MOST} jobs wait`, { limit: JOBS_MOST })
      const text = data === undefined ? undefined : JSON.stringify(data)
      if (text !== undefined && text.length > JOB_BYTES)
        throw new ChatError('LIMIT_EXCEEDED', 'data is too large', { field: 'data', limit: JOB_BYTES })
      const job: Job = { id, name, at: due, data: text === undefined ? undefined : JSON.parse(text) }
      await keeper.commit([{ table: 'jobs', key: `once ${id}`, value: job }])
      jobs.set(id, job)
      wake()
    },
    async cancel(name, key) {
      const id = `${name} ${key}`
      if (!jobs.has(id) || running.has(id)) return false
      await keeper.commit([gone(id)])
      return jobs.delete(id)
    },
    ended: () => loop,
  }
}

const lastRun = (name: string, at: number): BotWrite => ({ table: 'jobs', key: `last ${name}`, value: at })
const gone = (id: string): BotWrite => ({ table: 'jobs', key: `once ${id}`, value: undefined })

const isJob = (value: unknown): value is Job =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  'name' in value &&
  'at' in value &&
  typeof value.at === 'number'
