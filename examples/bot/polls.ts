import type { Bot, ShownMessage } from '@roomful/bot'
import * as v from 'valibot'

const DIGITS = ['1️⃣', '2️⃣', '3️⃣', '4️⃣', '5️⃣', '6️⃣', '7️⃣', '8️⃣', '9️⃣']

/** In the metadata of the bot's own message: the poll is all there, and needs no store. */
const poll = v.object({ question: v.string(), options: v.array(v.string()) })
type Poll = v.InferOutput<typeof poll>

/** Question and options are parted by `|`. */
const pollText = v.pipe(
  v.string('expected a question and its answers: Lunch? | Pizza | Salad'),
  v.transform((text) => text.split('|').map((part) => part.trim())),
  v.check(
    (parts) => parts.length >= 3 && parts.length <= DIGITS.length + 1 && !parts.includes(''),
    `expected a question and 2 to ${DIGITS.length} answers, with | between them`,
  ),
)

const shown = ({ question, options }: Poll, votes: (emoji: string) => number): string =>
  [question, ...options.map((option, i) => `${DIGITS[i]} ${option}: ${votes(DIGITS[i] ?? '')}`)].join('\n')

/** Its own reaction, which offers the answer, does not count. */
const votesOn = (message: ShownMessage, emoji: string): number =>
  Math.max(0, (message.reactions.find((reaction) => plain(reaction.emoji) === plain(emoji))?.count ?? 0) - 1)

const plain = (emoji: string): string => emoji.replaceAll('\uFE0F', '')

export function addPolls(bot: Bot): void {
  bot.command(
    'poll',
    { description: 'asks everybody: question | answer | answer', args: { text: pollText } },
    async ({ args, room, reply }) => {
      const [question = '', ...options] = args.text
      const made = { question, options }
      const { id } = await reply({ content: shown(made, () => 0), metadata: { poll: made } })
      if (id === undefined) return
      for (const emoji of DIGITS.slice(0, options.length)) await room.react(id, emoji, 'add')
    },
  )

  // The count is made of all reactions each time: one that was missed is in the next.
  bot.on('reaction', async ({ message, room }) => {
    const asked = v.safeParse(poll, message.metadata?.poll)
    if (!asked.success || message.senderId !== bot.chat.getState().user?.id) return
    const content = shown(asked.output, (emoji) => votesOn(message, emoji))
    if (content !== message.content) await room.edit(message.id, content)
  })
}
