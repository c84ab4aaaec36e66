import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type ArgSchemas, type ArgsOf, readArgs, usageOf } from './command-args'
import type {
  BotContext,
  BotEvents,
  CommandContext,
  DefaultSession,
  HearsContext,
  JobContext,
} from './context'
import { helpText } from './model/parse-command'

/** What it returns is awaited and not used. */
export type Handler<S extends object = DefaultSession> = (context: BotContext<S>) => unknown
/** Runs around the next handler; not calling `next` ends the handling of this message. */
export type Middleware<S extends object = DefaultSession> = (
  context: BotContext<S>,
  next: () => Promise<void>,
) => unknown
export type CommandHandler<S extends object = DefaultSession, A = unknown> = (
  context: CommandContext<S, A>,
) => unknown
export type HearsHandler<S extends object = DefaultSession> = (context: HearsContext<S>) => unknown
export type EventHandler<S extends object, K extends keyof BotEvents<S>> = (
  context: BotEvents<S>[K],
) => unknown
export type JobHandler = (context: JobContext) => unknown

export type Role = 'owner' | 'admin' | 'member'

export type CommandOptions<A extends ArgSchemas = Record<never, StandardSchemaV1>> = {
  /** For `/help`. */
  description?: string
  /**
   * The arguments by name, in order, each with a Standard Schema (valibot, zod, arktype, …) that gets the word, or
   * undefined where it is missing. The last one takes all that is left. What does not fit is answered with the usage.
   */
  args?: A
  /** Who may call it, by their role in the room. Default: everybody. Others get a reply that says so. */
  roles?: readonly Role[]
}

type Command<S extends object> = {
  readonly name: string
  readonly description: string
  readonly usage: string
  readonly roles: readonly Role[] | undefined
  run(context: BotContext<S>, usage: string): Promise<void>
}

/** Finds out the role of a message's sender; undefined: not a member. */
export type RoleOf<S extends object> = (context: BotContext<S>) => Promise<Role | undefined>

/** What the app has registered, and which of it an event is for. */
export class Handlers<S extends object> {
  readonly #commands = new Map<string, Command<S>>()
  readonly #middleware: Middleware<S>[] = []
  readonly #others: Handler<S>[] = []
  readonly #events = new Map<string, ((context: never) => unknown)[]>()

  constructor(
    private readonly prefix: string,
    private readonly roleOf: RoleOf<S>,
  ) {}

  command<A extends ArgSchemas>(
    given: string,
    options: string | CommandOptions<A>,
    handler: CommandHandler<S, ArgsOf<A>>,
  ): void {
    const name = given.toLowerCase()
    if (this.#commands.has(name)) throw new Error(`There is a command ${name} already`)
    const { description = '', args, roles } = typeof options === 'string' ? { description: options } : options
    this.#commands.set(name, {
      name,
      description,
      usage: args ? usageOf(args) : '',
      roles,
      run: async (context, usage) => {
        const { command } = context
        if (command === undefined) return
        const read = await readArgs(args, command)
        if (!read.ok) await context.reply(`Usage: ${usage}\n${read.problem}`, 'usage')
        else await handler(Object.assign(context, { command, args: read.args }))
      },
    })
  }

  /** Made by itself, unless the app has its own. */
  addHelp(): void {
    if (this.#commands.has('help')) return
    this.command('help', 'lists the commands', (context) =>
      context.reply(helpText(this.#commands.values(), this.prefix)),
    )
  }

  hears(pattern: string | RegExp, handler: HearsHandler<S>): void {
    // A copy: one with `g` would remember where the last message matched.
    const regexp =
      typeof pattern === 'string' ? undefined : new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''))
    this.#others.push(async (context) => {
      const { content } = context.message
      const match = regexp ? regexp.exec(content) : wordIn(content, String(pattern))
      if (match) await handler(Object.assign(context, { match }))
    })
  }

  use(middleware: Middleware<S>): void {
    this.#middleware.push(middleware)
  }

  on<K extends keyof BotEvents<S>>(kind: K, handler: EventHandler<S, K>): void {
    if (kind === 'message') this.#others.push(handler as Handler<S>)
    else this.#events.set(kind, [...(this.#events.get(kind) ?? []), handler])
  }

  has(kind: Exclude<keyof BotEvents<S>, 'message'>): boolean {
    return this.#events.has(kind)
  }

  /** A message of another user: the middleware around its command, or around what takes it. */
  async message(context: BotContext<S>): Promise<void> {
    const step = async (index: number): Promise<void> => {
      const next = this.#middleware[index]
      await (next ? next(context, () => step(index + 1)) : this.#dispatch(context))
    }
    await step(0)
  }

  /** All handlers of an event, in the order in which they were added. */
  async event<K extends Exclude<keyof BotEvents<S>, 'message'>>(
    kind: K,
    context: BotEvents<S>[K],
  ): Promise<void> {
    for (const handler of this.#events.get(kind) ?? []) await (handler as EventHandler<S, K>)(context)
  }

  async #dispatch(context: BotContext<S>): Promise<void> {
    const command = this.#commands.get(context.command?.name ?? '')
    if (command === undefined) {
      for (const handler of this.#others) await handler(context)
      return
    }
    const { roles, name, usage } = command
    const call = `${this.prefix}${name}`
    if (roles) {
      const role = await this.roleOf(context)
      if (role === undefined || !roles.includes(role)) {
        await context.reply(`${call} is for ${roles.join(', ')} only`, 'roles')
        return
      }
    }
    await command.run(context, usage === '' ? call : `${call} ${usage}`)
  }
}

/** A text that stands in the message, in capitals or not, as a match. */
function wordIn(content: string, word: string): RegExpExecArray | null {
  return new RegExp(word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i').exec(content)
}
