import type { BotContext } from './context'

export type Handler = (context: BotContext) => void | Promise<void>
/** Runs around the next handler; not calling `next` ends the handling of this message. */
export type Middleware = (context: BotContext, next: () => Promise<void>) => void | Promise<void>

export type Command = { readonly name: string; readonly description: string; readonly handler: Handler }

/** A message that calls a command, parsed. */
export type CommandCall = {
  readonly name: string
  /** Words, or texts in double quotes. */
  readonly args: readonly string[]
  /** Everything after the name, as it was typed. */
  readonly rest: string
}

/**
 * `/roll 2 "big ones"` is `roll` with two arguments. Undefined if it is not a command.
 *
 * @example
 * parseCommand('/roll 2', '/') // { name: 'roll', args: ['2'], rest: '2' }
 */
export function parseCommand(content: string, prefix: string): CommandCall | undefined {
  if (!content.startsWith(prefix)) return undefined
  const [, name, rest = ''] = /^([\p{L}\p{N}_-]+)(?:\s+([\s\S]*))?$/u.exec(content.slice(prefix.length)) ?? []
  if (name === undefined) return undefined
  const args = [...rest.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '')
  return { name: name.toLowerCase(), args, rest: rest.trim() }
}

/** The answer to `/help`: made from the commands themselves, so it cannot be out of date. */
export function helpText(commands: Iterable<Command>, prefix: string): string {
  return [...commands]
    .sort((a, b) => a.name.localeCompare(b.name))
    .map(({ name, description }) => `${prefix}${name}${description ? ` – ${description}` : ''}`)
    .join('\n')
}
