import type { Bot } from '@roomful/bot'

/** Each newcomer is welcomed once, by the name that the room has for them. */
export function addWelcome(bot: Bot): void {
  bot.on('join', async ({ room, send, userId }) => {
    const member = room.getState().members.find((one) => one.userId === userId)
    await send(`Welcome, ${member?.name ?? userId}! /help says what I can do.`)
  })
}
