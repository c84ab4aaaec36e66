import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import { StoreError } from '../../stores/port'

const CONNECT_TIMEOUT_MS = 3_000
/** A Redis that has not answered by then counts as down: whether it ran the command is unknown. */
const COMMAND_TIMEOUT_MS = 3_000
const RETRY_MAX_MS = 1_000
const RETRY_STEP_MS = 50
/** The most commands that may be unanswered. */
const IN_FLIGHT_MAX = 10_000

export type RedisConnectionOptions = {
  readonly url: string
  /** The database's: servers on another database may use the same Redis. */
  readonly epoch: string
  readonly clock: Clock
  readonly log: Log
}

export type Argument = string | number

/**
 * The connection to the Redis that holds the ephemeral rooms. No command waits for a connection, and none is sent
 * twice: a command that cannot be sent now, or is not answered in time, is UNAVAILABLE.
 *
 * All keys begin with the name of this run of Redis. A Redis that restarted from its disk, or a replica that took over,
 * may have lost the last commits: it starts without rooms instead of issuing their numbers again.
 */
export class RedisConnection {
  readonly #redis: Redis
  readonly #shas = new Map<string, string>()
  readonly #onReady: (() => void)[] = []
  #base: Promise<string> | undefined
  #inFlight = 0
  #closed = false

  constructor(private readonly options: RedisConnectionOptions) {
    this.#redis = new Redis(options.url, {
      connectionName: 'roomful-ephemeral',
      connectTimeout: CONNECT_TIMEOUT_MS,
      commandTimeout: COMMAND_TIMEOUT_MS,
      retryStrategy: (attempt) => Math.min(attempt * RETRY_STEP_MS, RETRY_MAX_MS),
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
    })
    this.#redis.on('ready', () => this.#onUp())
    this.#redis.on('close', () => {
      this.#base = undefined
    })
    // Without a listener the error would be thrown. The bus reports that Redis is down.
    this.#redis.on('error', () => {})
  }

  /** Resolves when it is up, or after `patienceMs`. */
  opened(patienceMs: number): Promise<void> {
    if (this.#base) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = this.options.clock.setTimer(patienceMs, resolve)
      this.#onReady.push(() => {
        cancel()
        resolve()
      })
    })
  }

  /** One script, as one step. Rejects with StoreError. */
  async run(script: string, ...values: readonly Argument[]): Promise<unknown> {
    const base = this.#base
    if (base === undefined) throw new StoreError('UNAVAILABLE', 'Redis: no connection')
    if (this.#inFlight >= IN_FLIGHT_MAX) throw new StoreError('OVERLOADED', 'Redis: too much is unanswered')
    this.#inFlight++
    try {
      return await this.#eval(script, await base, values)
    } catch (error) {
      throw this.#asStoreError(error)
    } finally {
      this.#inFlight--
    }
  }

  close(): void {
    this.#closed = true
    this.#redis.disconnect()
  }

  async #eval(script: string, base: string, values: readonly Argument[]): Promise<unknown> {
    try {
      return await this.#redis.evalsha(this.#shaOf(script), 1, base, ...values)
    } catch (error) {
      if (!isReply(error) || !messageOf(error).startsWith('NOSCRIPT')) throw error
      return this.#redis.eval(script, 1, base, ...values)
    }
  }

  #shaOf(script: string): string {
    const known = this.#shas.get(script)
    const sha = known ?? createHash('sha1').update(script).digest('hex')
    if (known === undefined) this.#shas.set(script, sha)
    return sha
  }

  #onUp(): void {
    const base = this.#redis.info('server').then(
      (info) => this.#baseOf(/^run_id:(\w+)/m.exec(info)?.[1] ?? 'unnamed'),
      (error: unknown) => {
        // Its access rules forbid the command. An operator who sets them must handle restarts themselves.
        if (isReply(error)) return this.#baseOf('unnamed')
        throw error
      },
    )
    base.catch(() => {})
    this.#base = base
    // No answer, or no permission: nothing is known, and requests show whether Redis is up.
    this.#redis.info('memory').then(
      (info) => this.#warnOfEviction(info),
      () => {},
    )
    for (const resolve of this.#onReady.splice(0)) resolve()
  }

  #warnOfEviction(info: string): void {
    const [, policy = 'noeviction'] = /^maxmemory_policy:([\w-]+)/m.exec(info) ?? []
    if (policy === 'noeviction' || /^maxmemory:0\b/m.test(info)) return
    this.options.log.warn(
      { policy },
      'Redis deletes ephemeral rooms when its memory is full: set maxmemory-policy to noeviction',
    )
  }

  #baseOf(run: string): string {
    return `roomful:{${this.options.epoch}:${run}}:`
  }

  #asStoreError(error: unknown): StoreError {
    if (error instanceof StoreError) return error
    const message = messageOf(error)
    if (message.startsWith('OOM')) return new StoreError('STORAGE_FULL', 'Redis: its memory is full')
    if (isReply(error) && !this.#closed)
      this.options.log.warn({ reason: message.slice(0, 200) }, 'Redis refused a command')
    // It may hang: until it is back, no other command shall wait for it.
    if (message === 'Command timed out') {
      this.#base = undefined
      this.#redis.disconnect(true)
    }
    return new StoreError('UNAVAILABLE', `Redis: ${message.slice(0, 200)}`)
  }
}

/** Redis has answered with a refusal. */
const isReply = (error: unknown): boolean => error instanceof Error && error.name === 'ReplyError'

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
