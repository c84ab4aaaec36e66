import type { ShownMessage } from '@roomful/client'
import { EXIT } from '../failure'
import { seqBefore } from '../find-seq'
import { createGrowing } from '../growing'
import { type Io, interruptCode, write } from '../io'
import { formatMessage, type MessageFormat } from '../message-format'
import type { RoomId } from '../room-id'
import type { Since } from '../since'
import { type ConnectOptions, withChat } from '../with-chat'

type TailOptions = ConnectOptions & {
  readonly room: RoomId
  /** Where to start. */
  readonly since?: Since
  /** Start this many messages before the end. */
  readonly last?: number
  /** True by default. */
  readonly follow?: boolean
  readonly join?: boolean
  readonly format: MessageFormat
}

const PAGE = 200
/** The messages that `tail` shows by default, as `tail -f` shows ten lines. */
const LAST_WHEN_FOLLOWING = 10

type Row = Pick<
  ShownMessage,
  'id' | 'seq' | 'type' | 'content' | 'senderName' | 'senderId' | 'createdAt' | 'deleted' | 'metadata'
>

/** Prints a room's messages in order; with `follow`, new ones too, until Ctrl+C. */
export function tail(io: Io, options: TailOptions): Promise<number> {
  return withChat(io, options, async (chat) => {
    const { signal } = io
    const room = options.join ? await chat.joinRoom(options.room, { signal }) : chat.room(options.room)
    const since = timeOf(options.since)
    const print = async (row: Row): Promise<void> => {
      // An imported message may be older than those before it.
      if (since !== undefined && Date.parse(row.createdAt) < since) return
      const text = formatMessage(row, options.format, options.url)
      if (text !== '') await write(io.stdout, text)
    }
    const page = (query: { afterSeq?: number; limit: number }) =>
      chat.request('fetch-history', { roomId: options.room, ...query }, { signal })
    const head = await page({ limit: 1 })
    const after =
      since === undefined
        ? startOf(options, head.lastSeq)
        : await seqBefore(chat, options.room, since, { signal })
    if (options.follow !== false) {
      const growing = createGrowing(room, print)
      for await (const message of room.stream({ after, signal }))
        if (!growing.holds(message)) await print(message)
      return signal.aborted ? interruptCode(signal) : EXIT.ok
    }
    // Up to the head as it was at the start, so that a busy room has an end.
    for (let afterSeq = after; afterSeq < head.lastSeq && !signal.aborted; ) {
      const { messages, toSeq } = await page({ afterSeq, limit: PAGE })
      for (const message of messages) if (message.seq <= head.lastSeq) await print(message)
      if (toSeq <= afterSeq) break
      afterSeq = toSeq
    }
    return signal.aborted ? interruptCode(signal) : EXIT.ok
  })
}

/** The seq to start after. `tail -f` shows the end of a file; without `follow` the default is the whole room. */
function startOf({ since, last, follow }: TailOptions, lastSeq: number): number {
  if (since?.kind === 'seq') return since.seq
  if (last !== undefined) return Math.max(0, lastSeq - last)
  return follow !== false ? Math.max(0, lastSeq - LAST_WHEN_FOLLOWING) : 0
}

/** A time is by the clock of this machine. */
function timeOf(since: Since | undefined): number | undefined {
  if (since === undefined || since.kind === 'seq') return undefined
  return since.kind === 'time' ? since.ms : Date.now() - since.ms
}
