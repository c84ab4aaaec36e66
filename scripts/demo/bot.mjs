// The bot of the demonstration, in the process of `npm start`: it lives on while the chaos page kills the server.
import { setTimeout as sleep } from 'node:timers/promises'
import { createBot, fileBotStore } from '@roomful/bot'
import { answerTo, piecesOf } from './answers.mjs'
import { ARCHIVE_ID } from './archive.mjs'
import { botFolder } from './demo.mjs'
import { PEOPLE } from './people.mjs'
import { BOT_ROOM } from './rooms.mjs'

/** About the pace of a model that is read along with. */
const PIECE_MS = 35
/** What they have said stands there already, answered. @type {ReadonlySet<string>} */
const DEMO_IDS = new Set(Object.values(PEOPLE).map(({ id }) => id))

/**
 * Connects as soon as the server answers. `stop` leaves an answer that is not finished to the next start.
 *
 * @param {{ url: string, token: string, database: string }} options `database`: the path of its file
 */
export async function startDemoBot({ url, token, database }) {
  const bot = createBot({
    ...{ url, auth: token, acceptInvitations: 'all', handlerTimeoutMs: 120_000 },
    store: fileBotStore(botFolder(database)),
    // A question that is asked before it is up is answered too. The long room would take it minutes to read.
    begin: 'first',
    rooms: ({ id }) => id !== ARCHIVE_ID,
  })
  bot.onMessage(async ({ message, room, replyStream }) => {
    if (DEMO_IDS.has(message.senderId)) return
    const isCalled = /\broomy\b/i.test(message.content)
    const isForBot = room.id === BOT_ROOM || room.getState().room?.type === 'dm' || isCalled
    if (isForBot) await replyStream((soFar) => written(answerTo(message.content), soFar))
  })
  await bot.start()
  return bot
}

/** The rest of an answer, piece by piece. @param {string} answer @param {string} soFar */
async function* written(answer, soFar) {
  if (!answer.startsWith(soFar)) return
  for (const piece of piecesOf(answer.slice(soFar.length))) {
    await sleep(PIECE_MS)
    yield piece
  }
}
