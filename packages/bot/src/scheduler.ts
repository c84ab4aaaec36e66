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

/** `isOfMessage`: its key names a message and a place in its handling; what it sends is sent once, whenever it runs. */
type Keyed = JobOptions & { readonly key: string; readonly isOfMessage?: boolean }

/** `every`: it is repeated. `at`: when it is due, in ms. */
type Job = {
  readonly id: string
  readonly name: string
  readonly at: number
  readonly data: unknown
  readonly every?: Every
  readonly isOfMessage?: boolean
}

export type Scheduler = {
  /** Resolves when it is stored. False: one of this key waits or runs, and stays as it is. */
  schedule(name: string, options: Keyed): Promise<boolean>
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
  const { chat, clock, keeper, report, term } = parts
  const jobs = new Map<string, Job>()
  /** They do not run before they are stored, and are not cancelled meanwhile. */
  const storing = new Map<string, Promise<void>>()
  const running = new Map<string, Promise<void>>()
  let wake = (): void => {}
  let loop: Promise<void> = Promise.resolve()

  const handlerOf = ({ name }: Pick<Job, 'name'>): JobHandler | undefined =>
    repeated.get(name)?.handler ?? once.get(name)

  async function run(job: Job, handler: JobHandler): Promise<void> {
    const at = new Date(job.at)
    const key = job.isOfMessage ? job.id : `${job.id} ${at.toISOString()}`
    const outcome = await attempt(parts, { event: `job ${job.name}` }, async (signal) => {
      let sends = 0
      await handler({
        chat,
        job: job.name,
        at,
        data: job.data,
        signal,
        send: (roomId, message, own) =>
          parts.send({ roomId, message, signal, key: `job ${key} ${roomId} ${own ?? String(sends++)}` }),
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

  /** Was it planned by a clock that has been set back since, by more than clocks are corrected by every day? */
  const isFarAhead = ({ every, at }: Job, now: number): boolean =>
    every !== undefined && at > (nextAfter(every, now + LOOK_EVERY_MS) ?? at)

  /** Starts what is due, and answers when the next one is. */
  function startDue(): number {
    const now = clock.now()
    let next = now + LOOK_EVERY_MS
    for (const job of [...jobs.values()]) {
      if (running.has(job.id) || storing.has(job.id)) continue
      if (job.every && isFarAhead(job, now)) plan(job.name, job.every, now)
      const { at } = jobs.get(job.id) ?? job
      const handler = handlerOf(job)
      if (at > now) next = Math.min(next, at)
      // One of an earlier version of the bot waits until there is a handler again.
      else if (handler && running.size < RUNNING_MOST)
        running.set(
          job.id,
          run(job, handler)
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
      for (const name of new Set([...jobs.values()].filter((job) => !handlerOf(job)).map((job) => job.name)))
        report(new Error(`There is no job ${name}, but some of it wait: they are kept`), {
          source: 'job',
          job: name,
        })
      const end = (): void => wake()
      term.ends.addEventListener('abort', end)
      loop = work()
    },
    async schedule(name, { at, data, key, isOfMessage }) {
      if (!once.has(name)) throw new Error(`There is no job ${name}: give its handler to bot.job first`)
      const due = at instanceof Date ? at.getTime() : Number.NaN
      if (Number.isNaN(due)) throw new ChatError('INVALID_PAYLOAD', 'at is no time', { field: 'at' })
      const id = `${name} ${key}`
      if (jobs.has(id)) return false
      if (jobs.size >= JOBS_MOST)
        throw new ChatError('LIMIT_EXCEEDED', `At most ${JOBS_MOST} jobs wait`, { limit: JOBS_MOST })
      const text = textOf(data)
      if (text !== undefined && text.length > JOB_BYTES)
        throw new ChatError('LIMIT_EXCEEDED', 'data is too large', { field: 'data', limit: JOB_BYTES })
      const job: Job = {
        ...{ id, name, at: due, data: text === undefined ? undefined : JSON.parse(text) },
        ...(isOfMessage ? { isOfMessage } : {}),
      }
      jobs.set(id, job)
      const stored = keeper.commit([{ table: 'jobs', key: `once ${id}`, value: job }])
      storing.set(id, stored)
      try {
        await stored
      } catch (error) {
        jobs.delete(id)
        throw error
      } finally {
        storing.delete(id)
      }
      wake()
      return true
    },
    async cancel(name, key) {
      const id = `${name} ${key}`
      await storing.get(id)
      if (running.has(id) || !jobs.delete(id)) return false
      await keeper.commit([gone(id)])
      return true
    },
    ended: () => loop,
  }
}

function textOf(data: unknown): string | undefined {
  try {
    return data === undefined ? undefined : JSON.stringify(data)
  } catch (cause) {
    throw new ChatError('INVALID_PAYLOAD', 'data has no form in JSON', { field: 'data', cause })
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
