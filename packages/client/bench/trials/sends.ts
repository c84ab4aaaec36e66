import type { Sent } from '@roomful/client'
import { asClientId, asUserId } from '@roomful/protocol'
import { changesText, ME, row } from '../frames'
import { clientIdOf, openScene, pageOf, type Scene } from '../scene'
import { sink, type TrialMaker, turn } from '../trial'
import {
  decodedFrame,
  decodedReply,
  decodeReply,
  type Frame,
  frame,
  parseAndDecode,
  type Reply,
  reply,
} from '../wire'
import { liveTrial } from './live'

const COUNT = 20

/** `whole`: text, as it comes from the socket. `own`: decoded before the clock runs. */
export type Decoding = 'whole' | 'own'

/** The server's part of one send: it broadcasts the row, then answers with it. */
type Taken = { readonly broadcast: Frame; readonly answer: Reply }

function taken(n: number, seq: number, rev: number, decoding: Decoding): Taken {
  const clientId = asClientId(clientIdOf(n))
  const message = row(seq, rev, { clientId, senderId: asUserId(ME), content: 'a message of mine' })
  const ack = { ok: true, message }
  return decoding === 'own'
    ? {
        broadcast: decodedFrame('changes', changesText([message])),
        answer: decodedReply('send-message', ack),
      }
    : { broadcast: frame('changes', changesText([message])), answer: reply('send-message', ack) }
}

/** The frames of sends alone. */
export const sendYardstick: TrialMaker = async () => {
  const all = Array.from({ length: COUNT }, (_, i) => taken(i, 1_000 + i, 1_000 + i, 'whole'))
  return {
    count: COUNT,
    run: () => {
      for (const { broadcast, answer } of all) sink.value = [parseAndDecode(broadcast), decodeReply(answer)]
    },
  }
}

/** A room whose server accepts each send. */
async function sendingScene(decoding: Decoding) {
  const takes = new Map<string, Taken>()
  const scene: Scene = await openScene({
    messages: 1_000,
    answer: (event, payload) => {
      if (event !== 'send-message') return undefined
      const { clientId = '' } = payload as { clientId?: string }
      const take = takes.get(clientId)
      if (take === undefined) throw new Error(`a send of "${clientId}" is not foreseen`)
      takes.delete(clientId)
      scene.wire.deliver(take.broadcast)
      return take.answer
    },
  })
  let n = 0
  const prepare = () => {
    for (let i = 0; i < COUNT; i++)
      takes.set(clientIdOf(++n), taken(n, ++scene.lastSeq, ++scene.rev, decoding))
  }
  const send = async () => {
    for (let i = 0; i < COUNT; i++) sink.value = await scene.room.send('a message of mine')
  }
  prepare()
  return { scene, prepare, send }
}

/** Sent, shown, broadcast, answered; this many were sent before. */
export const cycle =
  (decoding: Decoding): TrialMaker =>
  async (size) => {
    const { prepare, send } = await sendingScene(decoding)
    for (let sent = 0; sent < size; sent += COUNT) {
      await send()
      prepare()
    }
    return { count: COUNT, run: send, between: prepare }
  }

/** A message of another user, after this many of the user's own. */
export const liveAfterOwn: TrialMaker = async (size) => {
  const { scene, prepare, send } = await sendingScene('own')
  const [seq, rev] = [scene.lastSeq, scene.rev]
  for (let sent = 0; sent < size; sent += COUNT) {
    await send()
    prepare()
  }
  // The last prepared one is not sent.
  scene.lastSeq = seq + size - COUNT
  scene.rev = rev + size - COUNT
  return liveTrial(scene)
}

/** Sends without an answer: one is in flight, and this many wait behind it. */
async function pendingScene(pending: number): Promise<Scene> {
  const scene = await openScene({
    messages: 1_000,
    answer: (event) => (event === 'send-message' ? null : undefined),
  })
  for (let i = 0; i <= pending; i++) void scene.room.send('waits')
  await turn()
  return scene
}

export const livePending: TrialMaker = async (size) => liveTrial(await pendingScene(size))

/** One more that waits: its cost until it is shown. It is cancelled before the next round. */
export const sendPending: TrialMaker = async (size) => {
  const scene = await pendingScene(size)
  let sent: Sent[] = []
  return {
    count: COUNT,
    run: () => {
      for (let i = 0; i < COUNT; i++) sent.push(scene.room.send('one more'))
    },
    check: () => {
      if (scene.room.messages().at(-1)?.key !== sent.at(-1)?.clientId)
        throw new Error('the last message is not shown')
    },
    between: async () => {
      for (const { clientId } of sent) scene.room.cancel(clientId)
      await Promise.allSettled(sent)
      sent = []
    },
  }
}

const PAGES = 3
const PAGE = 100

/** Older messages before 1,000 that are held, in a room opened for each round. */
export const page =
  (decoding: Decoding): TrialMaker =>
  async (size) => {
    let scene: Scene | undefined
    const pages: Reply[] = []
    const prepare = async () => {
      await scene?.chat.close()
      const opened: Scene = await openScene({
        messages: size + PAGES * PAGE,
        held: size,
        windowSize: 10 * size,
        answer: (event) => (event === 'fetch-history' ? pages.shift() : undefined),
      })
      for (let i = 1; i <= PAGES; i++) {
        const from = size + PAGES * PAGE - size - i * PAGE + 1
        const ack = pageOf(from, from + PAGE - 1, opened)
        pages.push(decoding === 'own' ? decodedReply('fetch-history', ack) : reply('fetch-history', ack))
      }
      scene = opened
    }
    await prepare()
    return {
      count: PAGES,
      run: async () => {
        for (let i = 0; i < PAGES; i++) await scene?.room.loadOlder(PAGE)
      },
      between: prepare,
      check: () => {
        const shown = scene?.room.messages().length
        if (shown !== size + PAGES * PAGE) throw new Error(`${shown} messages are shown after the pages`)
      },
    }
  }

export const pageYardstick: TrialMaker = async () => {
  const one = reply('fetch-history', pageOf(1, PAGE, { lastSeq: 1_000, rev: 1_000 }))
  return {
    count: PAGES,
    run: () => {
      for (let i = 0; i < PAGES; i++) sink.value = decodeReply(one)
    },
  }
}
