import type { Bot } from '@roomful/bot'
import * as v from 'valibot'

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `10m`, `2h`: as milliseconds. */
const duration = v.pipe(
  v.string('expected a time, such as 10m'),
  v.regex(/^\d{1,4}[smhd]$/, 'expected a time, such as 10m'),
  v.transform((text) => Number.parseInt(text, 10) * (UNITS[text.at(-1) as keyof typeof UNITS] ?? 0)),
)

/** What is stored until its time. It comes back as JSON, so it is checked. */
const reminder = v.object({ roomId: v.string(), name: v.string(), text: v.string() })

export function addReminders(bot: Bot): void {
  bot.job('remind', async ({ data, send }) => {
    const { roomId, name, text } = v.parse(reminder, data)
    await send(roomId, `${name}, you wanted to be reminded: ${text}`)
  })

  bot.command(
    'remind',
    { description: 'reminds you of something', args: { in: duration, text: v.string('of what?') } },
    async ({ args, message, room, reply, schedule }) => {
      // Counted from the message, so that a second try is the same reminder.
      const at = new Date(Date.parse(message.createdAt) + args.in)
      await schedule('remind', {
        at,
        data: { roomId: room.id, name: message.senderName, text: args.text },
      })
      await reply(`I will, at ${at.toISOString().slice(0, 16).replace('T', ' ')} UTC.`)
    },
  )
}
