import type { Chat, MessageDraftInput, Room } from '@roomful/client'
import { fileStore } from '@roomful/client/node'
import { adviceFor, type CliError, EXIT, report, toCliError } from '../failure'
import { aborted, type Io, interruptCode, write } from '../io'
import { messageIdOf } from '../message-id'
import { type Progress, showProgress } from '../progress'
import { type Framing, readRecords } from '../records'
import type { RoomId } from '../room-id'
import { visibleLine } from '../visible'
import { type ConnectOptions, withChat } from '../with-chat'

type SendOptions = ConnectOptions & {
  readonly room: RoomId
  /** Absent: read standard input. */
  readonly text?: string
  /** The id of the message that it answers, or its seq. */
  readonly replyTo?: string
  readonly framing: Framing
  readonly join?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
  /** A folder. */
  readonly fileOutbox?: string
}

/** Messages in flight: enough to fill the outbox's batches, few enough to hold no long input in memory. */
const IN_FLIGHT_MOST = 500
/** Refusals that are printed one by one; the rest are counted. */
const REFUSALS_SHOWN = 5

/** Sends and waits until every message is confirmed. Returns the exit code. */
export function send(io: Io, options: SendOptions): Promise<number> {
  const { fileOutbox, text } = options
  if (text === undefined && io.stdin.isTTY === true && io.stderr.isTTY === true)
    io.stderr.write('Each line is a message: type, then Ctrl+D.\n')
  return withChat(
    io,
    options,
    (chat) => sendAll(io, options, chat),
    () => (fileOutbox === undefined ? {} : { storage: fileStore(fileOutbox) }),
  )
}

async function sendAll(io: Io, options: SendOptions, chat: Chat): Promise<number> {
  const { signal } = io
  const room = options.join ? await chat.joinRoom(options.room, { signal }) : chat.room(options.room)
  const replyTo =
    options.replyTo === undefined
      ? undefined
      : await messageIdOf(chat, options.room, options.replyTo, { signal })
  const tally = new Tally(io, options, chat)
  const interrupted = aborted(signal)
  const sendEach = async (): Promise<void> => {
    for await (const text of textsOf(io, options)) {
      tally.add(room, replyTo === undefined ? text : { content: text, replyTo })
      while (tally.open >= IN_FLIGHT_MOST && !signal.aborted) await Promise.race([tally.next(), interrupted])
      if (signal.aborted) break
    }
  }
  // Where the input cannot be read on, what came before it is on its way: that is awaited all the same.
  const unread = await sendEach().then(() => undefined, toCliError)
  while (tally.open > 0 && !signal.aborted) await Promise.race([tally.next(), interrupted])
  // A file outbox may hold unsent messages of an earlier run: they are sent and awaited as well.
  const unsent = await chat.flush({ signal }).then(() => undefined, toCliError)
  return tally.finish({ unread, unsent })
}

async function* textsOf(io: Io, { text, framing }: SendOptions): AsyncGenerator<string> {
  if (text !== undefined) {
    yield text
    return
  }
  try {
    yield* readRecords(io.stdin, framing)
  } catch (error) {
    // An interrupt destroys the input under the reader.
    if (!io.signal.aborted) throw error
  }
}

/** Counts the outcomes of the messages, and shows progress. */
class Tally {
  open = 0
  #sent = 0
  #lastSeq = 0
  readonly #refused: { number: number; error: CliError }[] = []
  #total = 0
  readonly #leftOver: number
  #wake: () => void = () => {}
  readonly #progress: Progress | undefined

  constructor(
    readonly io: Io,
    readonly options: SendOptions,
    readonly chat: Chat,
  ) {
    this.#leftOver = chat.getState().unsent
    // Of one message there is nothing to show, and somebody who types sees what they have typed.
    const isStream = options.text === undefined && io.stdin.isTTY !== true
    this.#progress = isStream ? showProgress(io, { ...options, what: 'messages sent' }) : undefined
  }

  add(room: Room, draft: string | MessageDraftInput): void {
    const number = ++this.#total
    this.open++
    room.send(draft).then(
      (message) => {
        this.#sent++
        this.#progress?.add(1)
        this.#lastSeq = Math.max(this.#lastSeq, message.seq)
        this.#settled()
      },
      (error: unknown) => {
        // A message left over when the login session ends is unconfirmed, not refused.
        if (this.chat.getState().connection.status !== 'stopped')
          this.#refused.push({ number, error: toCliError(error) })
        this.#settled()
      },
    )
  }

  /** Resolves at the next outcome. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  /** `unread`: why the input was not read to its end; `unsent`: why not all that was read was sent. */
  async finish({ unread, unsent }: Record<'unread' | 'unsent', CliError | undefined>): Promise<number> {
    const { io, options } = this
    this.#progress?.end()
    const failures = [unread, io.signal.aborted || this.#refused.length > 0 ? undefined : unsent].filter(
      (failure) => failure !== undefined,
    )
    for (const failure of failures) report(io, failure, options.json === true)
    for (const { number, error } of this.#refused.slice(0, REFUSALS_SHOWN)) {
      const advice = adviceFor(error.code)
      const which = this.#total === 1 ? '' : `message ${number}: `
      await write(
        io.stderr,
        `roomful: ${visibleLine(`${error.code}: ${which}${error.message}`)}${advice ? ` (${advice})` : ''}\n`,
      )
    }
    const own = this.#total - this.#sent - this.#refused.length
    const others = Math.max(0, this.chat.getState().unsent - own)
    const counts = {
      room: options.room,
      sent: this.#sent,
      refused: this.#refused.length,
      unconfirmed: own + others,
      leftOver: this.#leftOver - others,
      lastSeq: this.#lastSeq,
    }
    await write(io.stdout, options.json ? `${JSON.stringify(counts)}\n` : `${sentence(counts)}\n`)
    if (io.signal.aborted) return interruptCode(io.signal)
    return this.#refused.length > 0 || failures.length > 0 ? EXIT.failed : EXIT.ok
  }

  #settled(): void {
    this.open--
    this.#wake()
  }
}

function sentence(counts: {
  room: string
  sent: number
  refused: number
  unconfirmed: number
  leftOver: number
}): string {
  const parts = [`${counts.sent} ${counts.sent === 1 ? 'message' : 'messages'} sent to ${counts.room}`]
  if (counts.leftOver > 0) parts.push(`${counts.leftOver} from before`)
  if (counts.refused > 0) parts.push(`${counts.refused} refused`)
  if (counts.unconfirmed > 0) parts.push(`${counts.unconfirmed} not confirmed`)
  return parts.join(', ')
}
