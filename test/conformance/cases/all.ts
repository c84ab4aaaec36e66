import type { Case } from '../case'
import { changeCases } from './changes'
import { historyCases } from './history'
import { moderationCases } from './moderation'
import { referenceCases } from './reference'
import { roomCases } from './rooms'
import { sendCases } from './send'
import { syncCases } from './sync'

/** Every script of the suite, simplest first. */
export const allCases: readonly Case[] = [
  ...referenceCases,
  ...sendCases,
  ...historyCases,
  ...changeCases,
  ...syncCases,
  ...roomCases,
  ...moderationCases,
]
