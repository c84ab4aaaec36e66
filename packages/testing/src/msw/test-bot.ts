import { type Chat, createChat, isGrowing, type ShownMessage } from '@roomful/client'
import type { AsyncClosable } from '@roomful/protocol'
import { setupServer } from 'msw/node'
import { waitUntil } from '../wait-until'
import type { RoomSeed } from '../world/seed-rooms'
import type { TestFaults } from '../world/test-faults'
import { chatHandlers } from './chat-handlers'

const BOT = 'bot'
const URL = 'https://bot-test.invalid'

/** What is used of a bot of `@roomful/bot`. */
export type TestableBot = { start(): Promise<unknown>; stop(): Promise<unknown> }

/** Something that was said to a bot. */
export type Said = {
  /**
   * Resolves with the bot's first message after it that matches; one that grows counts when it has ended. Rejects after `timeoutMs` (120,000: for what never comes)
   * with what the bot said instead.
   */
  expectReply(pattern: RegExp | string, timeoutMs?: number): Promise<string>
}

/** A bot under test, on a server in this process. */
export interface BotTest extends AsyncClosable {
  /** As in `createTestWorld`; the bot is the user `bot`, the others are as they were named. */
  readonly faults: TestFaults
  /** A user, `ann` if none is named, says this in a room, `general` if none is named. */
  say(text: string, options?: { readonly from?: string; readonly room?: string }): Said
  /** Stops the bot, and ends the server. */
  close(): Promise<void>
}

/**
 * Tests a bot as it is, whatever `url` and `auth` it was made with: msw answers its socket. The bot is started with the
 * first thing that is said. Node only; one at a time, and no other `setupServer` beside it.
 *
 * @example
 * import { createBot } from '@roomful/bot'
 * import { testBot } from '@roomful/testing/bots'
 * const bot = createBot({ url: 'https://chat.example.com', auth: 'a token' })
 * bot.command('roll', 'rolls a die', (context) => context.reply(String(Math.ceil(Math.random() * 6))))
 * const tested = testBot(bot)
 * await tested.say('/roll').expectReply(/^[1-6]$/)
 * await tested.close()
 */
export function testBot(
  bot: TestableBot,
  options: { readonly users?: readonly string[]; readonly rooms?: readonly (string | RoomSeed)[] } = {},
): BotTest {
  const { users = ['ann'], rooms = ['general'] } = options
  const handlers = chatHandlers<string>({
    users: [BOT, ...users],
    rooms,
    userOf: (token) => (users.includes(token) ? token : BOT),
  })
  const server = setupServer(...handlers)
  server.listen({ onUnhandledRequest: 'bypass' })
  const chats = new Map<string, Chat>()
  let started: Promise<unknown> | undefined

  async function put(text: string, from: string, roomId: string): Promise<() => ShownMessage[]> {
    started ??= bot.start()
    await started
    const chat = chats.get(from) ?? createChat({ url: URL, auth: from, storage: 'memory' })
    chats.set(from, chat)
    const room = chat.room(roomId)
    await room.open()
    const { seq } = await room.send(text)
    return () => room.messages().filter((message) => message.senderId === BOT && message.seq > seq)
  }

  const close = async (): Promise<void> => {
    await Promise.all([...chats.values()].map((chat) => chat.close()))
    if (started) await bot.stop()
    server.close()
    handlers.close()
  }
  return {
    faults: handlers.faults,
    say: (text, { from = users[0] ?? BOT, room = 'general' } = {}) => {
      const replies = put(text, from, room)
      // It is awaited by `expectReply`; without one nobody asks how it went.
      replies.catch(() => {})
      return {
        expectReply: async (pattern, timeoutMs) => {
          const of = await replies
          const fits = ({ content }: ShownMessage): boolean =>
            typeof pattern === 'string' ? content === pattern : new RegExp(pattern).test(content)
          try {
            const ended = () => of().filter((message) => !isGrowing(message))
            const found = await waitUntil(`a reply like ${pattern}`, () => ended().find(fits), timeoutMs)
            return found.content
          } catch (cause) {
            const said = of().map(({ content }) => content)
            throw new Error(`The bot replied ${JSON.stringify(said)} to "${text}", nothing like ${pattern}`, {
              cause,
            })
          }
        },
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
