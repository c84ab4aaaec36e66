import type { AsyncClosable, Chat } from '@roomful/client'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { ArgSchemas, ArgsOf } from './command-args'
import type { BotEvents, DefaultSession } from './context'
import type { DeadLetters } from './dead-letters'
import type {
  CommandHandler,
  CommandOptions,
  EventHandler,
  Handler,
  HearsHandler,
  JobHandler,
  Middleware,
} from './handlers'
import type { Every } from './occurrence'
import type { JobOptions } from './scheduler'

/**
 *   idle ──start()──▶ waiting ──has the lease──▶ running ──lost it──▶ waiting
 *   any ──stop()──▶ stopped: `done` resolves
 *   any ──the chat stopped by itself──▶ failed: `done` rejects
 */
export interface Bot<S extends object = DefaultSession> extends AsyncClosable {
  readonly chat: Chat
  readonly deadLetters: DeadLetters
  /**
   * Resolves when the bot was stopped; rejects with the error that ended it: a revoked session, a refused token. If nothing
   * has looked at it by then, that error sets `process.exitCode` (see `exitCodeOf`).
   *
   * @example
   * const bot = createBot({ url, auth: token })
   * await bot.start()
   * await bot.done
   */
  readonly done: Promise<void>
  /** Answers `<prefix>name …`. Names are lower case; a duplicate name is an error. A text is the description. */
  command<A extends ArgSchemas = Record<never, StandardSchemaV1>>(
    name: string,
    options: string | CommandOptions<A>,
    handler: CommandHandler<S, ArgsOf<A>>,
  ): Bot<S>
  /** Messages of other users that call no command and contain this text, or match this pattern: `context.match`. */
  hears(pattern: string | RegExp, handler: HearsHandler<S>): Bot<S>
  /** An event: see `BotEvents`. `message`: every message of other users that calls no command. */
  on<K extends keyof BotEvents<S>>(kind: K, handler: EventHandler<S, K>): Bot<S>
  /** As `on('message', handler)`. */
  onMessage(handler: Handler<S>): Bot<S>
  /** Runs for every message of other users, in the order of the calls, before any command. */
  use(middleware: Middleware<S>): Bot<S>
  /** A job that repeats. What was missed while no bot ran is done once, at the next start. */
  every(name: string, every: Every, handler: JobHandler): Bot<S>
  /** The handler of the jobs that are scheduled under this name. */
  job(name: string, handler: JobHandler): Bot<S>
  /**
   * Runs the job at its time, also after a restart; at once if that has passed. Resolves when it is stored. False: a job of
   * this name and key waits or runs already, and stays as it is; one that schedules itself again needs another key, such as
   * one with its time. At most 10,000 wait (LIMIT_EXCEEDED). Only while this process runs the bot.
   */
  schedule(job: string, options: JobOptions & { readonly key: string }): Promise<boolean>
  /** False: there is none, or it runs already. */
  cancelJob(job: string, key: string): Promise<boolean>
  /**
   * Resolves when it listens in all its rooms, which a process that waits for its turn does once it has it. Rejects with
   * the reason when it ends before.
   */
  start(): Promise<void>
  /**
   * Accepts no new message, lets the handlers in progress end, waits until everything is sent, and disconnects: all in at
   * most `timeoutMs` (default 8,000: less than the 10 s after which a container is killed). A message whose handler did not
   * end is handled again at the next start. Never rejects.
   */
  stop(options?: { timeoutMs?: number }): Promise<void>
}
