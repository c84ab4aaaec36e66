import { changesText, row, rows } from '../frames'
import type { TrialMaker } from '../trial'
import { decodedFrame, frame } from '../wire'
import * as live from './live'
import * as sends from './sends'

/** Every trial of this client, by its name in the rows. */
export const trials = {
  'parse+decode': live.yardstick(25, (i) => changesText([row(1_000 + i, 1_000 + i)])),
  'parse+decode burst': live.yardstick(1, () => changesText(rows(1_001, 1_200)), 200),
  'parse+decode send': sends.sendYardstick,
  'parse+decode page': sends.pageYardstick,
  live: live.liveHeld,
  'live in a room of': live.liveInRoom,
  'live among rooms': live.liveAmongRooms,
  'live, list shown': live.liveWithList,
  'live with pending': sends.livePending,
  'live after own': sends.liveAfterOwn,
  'live, unread': live.liveUnread,
  activity: live.activity,
  edit: live.edit,
  burst: live.burst(frame),
  'burst, own': live.burst(decodedFrame),
  receipts: live.receipts,
  cycle: sends.cycle('whole'),
  'cycle, own': sends.cycle('own'),
  'send with pending': sends.sendPending,
  page: sends.page('whole'),
  'page, own': sends.page('own'),
} satisfies Record<string, TrialMaker>

export type TrialName = keyof typeof trials
export const isTrialName = (name: string): name is TrialName => Object.hasOwn(trials, name)
