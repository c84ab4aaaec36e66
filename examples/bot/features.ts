import type { Bot } from '@roomful/bot'
import { addAnswers } from './answers'
import { addPolls } from './polls'
import { addReminders } from './reminders'
import { addWelcome } from './welcome'

/** All that this bot can do. */
export function addFeatures(bot: Bot): void {
  addWelcome(bot)
  addReminders(bot)
  addPolls(bot)
  addAnswers(bot)
}
