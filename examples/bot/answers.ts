import type { Bot } from '@roomful/bot'
import * as v from 'valibot'
import { generate } from './generate'

/**
 * The answer is one message that grows while it is written. The user who asked, and any moderator, can stop it. A bot that
 * was killed goes on where the text ends: it is told what is there.
 */
export function addAnswers(bot: Bot): void {
  bot.command(
    'ask',
    { description: 'answers at length', args: { question: v.string('what do you want to know?') } },
    async ({ args, replyStream }) => {
      await replyStream((soFar) => generate(args.question, soFar))
    },
  )
}
