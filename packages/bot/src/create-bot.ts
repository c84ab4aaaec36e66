import { randomUUID } from 'node:crypto'
import { type Chat, ChatError, createChat } from '@roomful/client'
import { proxyAgent } from '@roomful/client/node'
import type { Bot } from './bot'
import { printError, safeReport } from './bot-error'
import type { BotConnection, BotOptions } from './bot-options'
import type { DefaultSession } from './context'
import { createDeadLetters } from './dead-letters'
import { type Handler, Handlers, type JobHandler } from './handlers'
import { leadBot } from './lead-bot'
import { takeTurns } from './leadership'
import { createLife } from './life'
import { type Every, nextAfter } from './occurrence'
import { replayLetter } from './replay-letter'
import { roleIn } from './roles'
import type { Run } from './run'
import { createSender } from './sender'
import { memoryBotStore } from './store/local-bot-store'
import { systemClock } from './timing'

const ATTEMPTS = 3
const HANDLER_MS = 60_000
const LEASE_MS = 15_000

/**
 * A bot: it handles each message once, in order, from where it stopped, and replies. With `session` its sessions have that
 * type.
 *
 * @example
 * const bot = createBot({ url, auth: token, store: fileBotStore('./data/bot') })
 * bot.command('ping', 'answers pong', (context) => context.reply('pong'))
 * await bot.start()
 */
export function createBot<S extends object>(options: BotOptions<S> & { readonly session: () => S }): Bot<S>
export function createBot(options: BotOptions): Bot
export function createBot<S extends object = DefaultSession>(options: BotOptions<S>): Bot<S> {
  const { prefix = '/', leaseMs = LEASE_MS, begin = 'next', acceptInvitations = 'none' } = options
  const { store = memoryBotStore(), clock = options.ports?.clock ?? systemClock } = options
  const report = safeReport(options.onError ?? printError)
  const chat = options.chat ?? ownChat(options)
  const handlers = new Handlers<S>(prefix, (context) => roleIn(context, context.message.senderId))
  const once = new Map<string, JobHandler>()
  const repeated = new Map<string, { every: Every; handler: JobHandler }>()
  const send = createSender(chat, clock, options.rate)
  let run: Run<S> | undefined

  const life = createLife({
    chat,
    clock,
    report,
    isOwnChat: options.chat === undefined,
    store,
    work: (closing, ending, started) =>
      takeTurns({ store, clock, report, closing, ending, leaseMs, holder: randomUUID() }, (term) =>
        leadBot({
          base: {
            ...{ chat, clock, report, send, handlers, prefix, term },
            attempts: options.attempts ?? ATTEMPTS,
            handlerTimeoutMs: options.handlerTimeoutMs ?? HANDLER_MS,
          },
          store,
          jobs: { once, repeated },
          // Without `session`, S is DefaultSession: see the overloads.
          session: options.session ?? (() => ({}) as S),
          sessionKey: options.sessionKey ?? (({ roomId, senderId }) => `${roomId} ${senderId}`),
          rooms: { wanted: options.rooms ?? 'all', begin },
          acceptInvitations,
          started,
          onRun: (now) => {
            run = now
          },
        }),
      ),
  })

  const leading = (): Run<S> => {
    if (run === undefined) throw new ChatError('UNAVAILABLE', 'This process does not run the bot')
    return run
  }

  const bot: Bot<S> = {
    chat,
    deadLetters: createDeadLetters(store, () => {
      const { term } = leading()
      return { lease: term.lease, handle: (letter) => replayLetter(leading(), letter) }
    }),
    get done() {
      return life.done()
    },
    command(name, given, handler) {
      handlers.command(name, given, handler)
      return bot
    },
    hears(pattern, handler) {
      handlers.hears(pattern, handler)
      return bot
    },
    on(kind, handler) {
      handlers.on(kind, handler)
      return bot
    },
    onMessage(handler: Handler<S>) {
      handlers.on('message', handler)
      return bot
    },
    use(middleware) {
      handlers.use(middleware)
      return bot
    },
    every(name, every, handler) {
      if (repeated.has(name) || once.has(name)) throw new Error(`There is a job ${name} already`)
      nextAfter(every, clock.now())
      repeated.set(name, { every, handler })
      return bot
    },
    job(name, handler) {
      if (repeated.has(name) || once.has(name)) throw new Error(`There is a job ${name} already`)
      once.set(name, handler)
      return bot
    },
    schedule: async (name, job) => leading().scheduler.schedule(name, job),
    cancelJob: async (name, key) => leading().scheduler.cancel(name, key),
    start: () => {
      handlers.addHelp()
      return life.start()
    },
    stop: (limits) => life.stop(limits),
    [Symbol.asyncDispose]: () => life.stop(),
  }
  return bot
}

function ownChat({ url = '', auth = '', ports, agent = proxyAgent(url) }: BotConnection): Chat {
  return createChat({ url, auth, agent, ...(ports ? { ports } : {}) })
}
