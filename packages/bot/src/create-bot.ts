import {
  type AsyncClosable,
  type Auth,
  type Chat,
  type ChatPorts,
  createChat,
  type Room,
  type ShownMessage,
} from '@roomful/client'
import { type Command, type Handler, helpText, type Middleware, parseCommand } from './command'
import { compose } from './compose'
import type { BotContext } from './context'
import { type CursorStore, memoryCursors } from './cursor-store'
import { replyTo } from './reply'

export type BotOptions = {
  url: string
  /** The bot's token, or a function that gets one. */
  auth: Auth
  /** Ids of the rooms it listens in. */
  rooms: readonly string[]
  /** Default `/`. */
  prefix?: string
  /** Where it stores how far it has read. Default: nowhere; each start begins with the next message. */
  cursors?: CursorStore
  /** Where to begin in a room without a cursor: with the `next` message (the default), or at its `first`. */
  begin?: 'next' | 'first'
  /** How often to try a message whose handler throws. Default 3; a reply that was sent is not sent again. */
  attempts?: number
  /** A message that failed every time. The bot continues with the next. Default: printed to standard error. */
  onDeadLetter?: (message: ShownMessage, error: unknown) => void
  /** For tests. */
  ports?: ChatPorts
}

export interface Bot extends AsyncClosable {
  readonly chat: Chat
  /** Answers `<prefix>name …`. Names are lower case; a duplicate name is an error. */
  command(name: string, description: string, handler: Handler): Bot
  /** Runs for every message of other users, in the order of the calls, before any command. */
  use(middleware: Middleware): Bot
  /** Every message of other users that calls no command. */
  onMessage(handler: Handler): Bot
  /** Resolves when it listens in all its rooms. */
  start(): Promise<void>
  /**
   * Accepts no new message, finishes the ones in progress, waits up to 5 s until everything is sent, and disconnects.
   */
  stop(): Promise<void>
}

const ATTEMPTS = 3
/** How long `stop` waits for unsent messages: less than the 10 s after which a container is killed. */
const FLUSH_MS = 5_000

/**
 * A bot: it reads each message once, in order, from where it stopped, and replies.
 *
 * @example
 * const bot = createBot({ url, auth: token, rooms: ['general'], cursors: fileCursors('./bot.json') })
 * bot.command('ping', 'answers pong', (ctx) => ctx.reply('pong'))
 * await bot.start()
 */
export function createBot(options: BotOptions): Bot {
  const { prefix = '/', cursors = memoryCursors(), attempts = ATTEMPTS } = options
  const deadLetter = options.onDeadLetter ?? printDeadLetter
  const chat = createChat({
    url: options.url,
    auth: options.auth,
    ...(options.ports ? { ports: options.ports } : {}),
  })
  const commands = new Map<string, Command>()
  const middleware: Middleware[] = []
  const handlers: Handler[] = []
  const stopping = new AbortController()
  let listening: Promise<void>[] = []

  async function dispatch(context: BotContext): Promise<void> {
    const command = commands.get(context.command?.name ?? '')
    if (command) return command.handler(context)
    for (const handler of handlers) await handler(context)
  }

  /** At least once: the cursor moves when the message was handled or given up. */
  async function handle(room: Room, message: ShownMessage): Promise<void> {
    const isOwn = message.senderId === chat.getState().user?.id
    if (!isOwn && message.type !== 'system' && !message.deleted) {
      const run = compose(middleware, dispatch)
      for (let attempt = 1; ; attempt++) {
        try {
          await run({
            chat,
            room,
            message,
            command: parseCommand(message.content, prefix),
            signal: stopping.signal,
            reply: replyTo(chat, message, stopping.signal),
            pin: () => room.pin(message.id, { signal: stopping.signal }),
          })
          break
        } catch (error) {
          // Stopped midway: the handler did not fail, and the next start handles the message again.
          if (stopping.signal.aborted) return
          if (attempt >= attempts) {
            deadLetter(message, error)
            break
          }
        }
      }
    }
    await cursors.save(room.id, message.seq)
  }

  async function listen(room: Room, after: number): Promise<void> {
    for await (const message of room.stream({ after, signal: stopping.signal })) {
      await handle(room, message)
      if (stopping.signal.aborted) return
    }
  }

  const bot: Bot = {
    chat,
    command(name, description, handler) {
      if (commands.has(name)) throw new Error(`There is a command ${name} already`)
      commands.set(name, { name, description, handler })
      return bot
    },
    use(one) {
      middleware.push(one)
      return bot
    },
    onMessage(handler) {
      handlers.push(handler)
      return bot
    },
    async start() {
      if (!commands.has('help')) {
        bot.command('help', 'lists the commands', (context) =>
          context.reply(helpText(commands.values(), prefix)),
        )
      }
      const from = await cursors.load()
      await chat.connect()
      const rooms = options.rooms.map((id) => chat.room(id))
      await Promise.all(rooms.map((room) => room.open()))
      listening = rooms.map((room) => {
        const begin = options.begin === 'first' ? 0 : room.getState().lastSeq
        return listen(room, from.get(room.id) ?? begin)
      })
      // `stop` rejects with this error; until then it must not end the process.
      for (const one of listening) one.catch(() => {})
    },
    async stop() {
      stopping.abort()
      const ended = await Promise.allSettled(listening)
      // Messages that a handler sent by the room's own outbox are sent too.
      await chat.close({ flush: true, timeoutMs: FLUSH_MS })
      for (const one of ended) {
        if (one.status === 'rejected' && !isAbort(one.reason)) throw one.reason
      }
    },
    [Symbol.asyncDispose]: () => bot.stop(),
  }
  return bot
}

function isAbort(reason: unknown): boolean {
  return (
    reason instanceof Error &&
    (reason.name === 'AbortError' || ('code' in reason && reason.code === 'ABORTED'))
  )
}

/** The message's place, not its text: people outside the room read logs. */
function printDeadLetter(message: ShownMessage, error: unknown): void {
  console.error(
    `message ${message.id} (seq ${message.seq} of ${message.roomId}) could not be handled:`,
    error,
  )
}
