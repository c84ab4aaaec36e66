import { changesText, previewOf, ROOM, row, rows } from '../frames'
import { openScene, roomIdOf, type Scene } from '../scene'
import { sink, type Trial, type TrialMaker, turn } from '../trial'
import { type decodedFrame, type Frame, frame, parseAndDecode } from '../wire'

const COUNT = 25
const BURST = 200

/** The cost of `parse and decode` for this many frames of another trial, each with this many messages. */
export function yardstick(frameCount: number, text: (i: number) => string, messages = 1): TrialMaker {
  return async () => {
    const frames = Array.from({ length: frameCount }, (_, i) => frame('changes', text(i)))
    return {
      count: frameCount * messages,
      run: () => {
        for (const one of frames) sink.value = parseAndDecode(one)
      },
    }
  }
}

/** This many messages arrive live, in bursts. */
async function passBy(scene: Scene, count: number): Promise<void> {
  for (let left = count; left > 0; left -= BURST) {
    const from = scene.lastSeq + 1
    scene.lastSeq += Math.min(BURST, left)
    scene.rev = scene.lastSeq
    scene.wire.deliver(frame('changes', changesText(rows(from, scene.lastSeq))))
    await turn()
  }
}

async function markAllRead({ room }: Scene): Promise<void> {
  room.markRead()
  await new Promise((resolve) => setTimeout(resolve, 2))
}

/** Each frame of a socket is a task; here a turn of microtasks stands for it. */
async function deliverAll(scene: Scene, frames: readonly Frame[]): Promise<void> {
  for (const one of frames) {
    scene.wire.deliver(one)
    await undefined
  }
}

/** Live messages of other users, each in a frame; read between two rounds, or never. */
export function liveTrial(scene: Scene, reads = true): Trial {
  let frames: Frame[] = []
  const prepare = () => {
    frames = Array.from({ length: COUNT }, () =>
      frame('changes', changesText([row(++scene.lastSeq, ++scene.rev)])),
    )
  }
  prepare()
  return {
    count: COUNT,
    run: () => deliverAll(scene, frames),
    between: async () => {
      if (reads) await markAllRead(scene)
      prepare()
    },
  }
}

/** Holds this many messages, however many: nothing leaves the window. */
export const liveHeld: TrialMaker = async (size) =>
  liveTrial(await openScene({ messages: size, windowSize: 10 * size + 20_000 }))

/** A room with this many messages, with the default window. */
export const liveInRoom: TrialMaker = async (size) => liveTrial(await openScene({ messages: size }))

export const liveAmongRooms: TrialMaker = async (size) =>
  liveTrial(await openScene({ messages: 1_000, rooms: size }))

/** The same with a list on the screen as well. */
export const liveWithList: TrialMaker = async (size) => {
  const scene = await openScene({ messages: 1_000, rooms: size })
  scene.chat.subscribe(() => {
    sink.value = scene.chat.getState().rooms[0]
  })
  return liveTrial(scene)
}

export const liveUnread: TrialMaker = async (size) => {
  const scene = await openScene({ messages: 1_000 })
  await passBy(scene, size)
  return liveTrial(scene, size === 0)
}

/** An event of a room that is listed and not open; the list is on the screen. */
export const activity: TrialMaker = async (size) => {
  const scene = await openScene({ messages: 1_000, rooms: size + 1 })
  scene.chat.subscribe(() => {
    sink.value = scene.chat.getState().rooms[0]
  })
  let at = 10
  let frames: Frame[] = []
  const prepare = () => {
    frames = Array.from({ length: COUNT }, () => {
      const roomId = roomIdOf(1 + ((++at * 7_919) % size))
      const createdAt = new Date(1_800_000_000_000 + at).toISOString()
      const preview = previewOf(row(at, at, { createdAt }))
      const room = { roomId, rev: at, lastSeq: at, lastReadSeq: 10, unread: 1, preview }
      return frame('room-activity', JSON.stringify({ rooms: [room] }))
    })
  }
  prepare()
  return { count: COUNT, run: () => deliverAll(scene, frames), between: prepare }
}

/** An edit of any message held. */
export const edit: TrialMaker = async (size) => {
  const scene = await openScene({ messages: size, windowSize: 10 * size })
  let at = 0
  let frames: Frame[] = []
  const prepare = () => {
    frames = Array.from({ length: COUNT }, () => {
      const seq = 1 + ((++at * 7_919) % size)
      const editedAt = '2026-01-02T00:00:00.000Z'
      return frame('changes', changesText([row(seq, ++scene.rev, { editedAt })]))
    })
  }
  prepare()
  return { count: COUNT, run: () => deliverAll(scene, frames), between: prepare }
}

/** 200 messages in one frame, and how often the listener was called for them. */
export const burst =
  (make: typeof decodedFrame): TrialMaker =>
  async (size) => {
    const scene = await openScene({ messages: size })
    let burst: Frame
    const prepare = () => {
      const from = scene.lastSeq + 1
      scene.lastSeq += BURST
      scene.rev += BURST
      const messages = rows(from, scene.lastSeq).map((message, i) => ({
        ...message,
        rev: scene.rev - BURST + 1 + i,
      }))
      burst = make('changes', changesText(messages))
      scene.calls = 0
    }
    prepare()
    return {
      count: BURST,
      run: () => scene.wire.deliver(burst),
      between: async () => {
        await markAllRead(scene)
        prepare()
      },
      check: () => {
        if (scene.calls !== 1) throw new Error(`${scene.calls} notifications of one frame`)
      },
    }
  }

export const readersText = (count: number, seq: number): string =>
  JSON.stringify({
    roomId: ROOM,
    reads: Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`reader-${String(i).padStart(6, '0')}`, seq]),
    ),
  })

/** One event that moves this many read cursors. */
export const receipts: TrialMaker = async (size) => {
  const scene = await openScene({ messages: 1_000 })
  let seq = 0
  let one: Frame
  const prepare = () => {
    one = frame('read-receipts', readersText(size, ++seq))
  }
  prepare()
  return { count: 1, run: () => scene.wire.deliver(one), between: prepare }
}
