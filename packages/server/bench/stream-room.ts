import { v7 } from 'uuid'
import { ROOM } from './crowd'
import { Member } from './member'
import { type Answer, HOWS, type How } from './stream-writers'

/** A producer hands on tokens that are due this often. */
const TICK_MS = 10
const TOKEN = 'token '
/** After the last token, what is under way still counts. */
const DRAIN_MS = 1_000

export type Scale = {
  readonly members: number
  readonly streams: number
  readonly tokensPerSecond: number
  readonly seconds: number
}

/** What one way of writing came to. `lags`: from a token to its reader, in ms, ascending; of those that came in time. */
export type Written = {
  readonly produced: number
  readonly shown: number
  readonly frames: number
  readonly bytes: number
  readonly lags: readonly number[]
}

/** Members of one room, some of whom write answers that grow; the first reads, the others only count. */
export class StreamRoom {
  #frames = 0
  #bytes = 0
  #reader: (frame: string) => void = () => {}

  private constructor(
    private readonly scale: Scale,
    private readonly members: readonly Member[] = [],
  ) {}

  static async gather(url: string, scale: Scale): Promise<StreamRoom> {
    const members: Member[] = []
    const room = new StreamRoom(scale, members)
    for (let no = 0; no < scale.members; no++) {
      const member = new Member(url, `user-${no}`, false, (frame) => room.#count(frame, no === 0))
      members.push(member)
      await member.enter(ROOM)
    }
    return room
  }

  async write(name: How): Promise<Written> {
    const { members, streams, tokensPerSecond, seconds } = this.scale
    const answers: Answer[] = []
    for (let no = 0; no < streams; no++) {
      const member = this.members[no % members]
      if (!member) throw new Error('a room without members')
      const isStream = name === 'stream'
      const sent = {
        roomId: ROOM,
        content: isStream ? '' : '…',
        clientId: v7(),
        ...(isStream && { stream: true }),
      }
      const [answer]: { message: { id: string } }[] = JSON.parse(await member.ask('send-message', sent))
      if (!answer) throw new Error('no answer')
      answers.push({ member, messageId: answer.message.id, text: '', isOver: false })
    }
    const lags: number[] = []
    const producedAt: number[] = []
    const shown = new Map(answers.map(({ messageId }) => [messageId, 0]))
    this.#reader = (frame) => {
      const now = performance.now()
      for (const [messageId, length] of lengthsIn(frame)) {
        const before = shown.get(messageId)
        const tokens = Math.floor(length / TOKEN.length)
        if (before === undefined || tokens <= before) continue
        for (let no = before; no < tokens; no++) lags.push(now - (producedAt[no] ?? now))
        shown.set(messageId, tokens)
      }
    }
    this.#frames = this.#bytes = 0
    const writers = answers.map((answer) => HOWS[name](answer))
    await this.#produce(answers, tokensPerSecond * seconds, producedAt)
    await new Promise((resolve) => setTimeout(resolve, DRAIN_MS))
    const [frames, bytes] = [this.#frames, this.#bytes]
    this.#reader = () => {}
    for (const answer of answers) answer.isOver = true
    await Promise.all(writers)
    const produced = tokensPerSecond * seconds * streams
    return { produced, shown: lags.length, frames, bytes, lags: lags.sort((a, b) => a - b) }
  }

  leave(): void {
    for (const member of this.members) member.leave()
  }

  /** All answers get their tokens at the same times. */
  async #produce(answers: readonly Answer[], tokens: number, producedAt: number[]): Promise<void> {
    const begun = performance.now()
    while (producedAt.length < tokens) {
      await new Promise((resolve) => setTimeout(resolve, TICK_MS))
      const due = Math.min(
        tokens,
        Math.floor(((performance.now() - begun) / 1_000) * this.scale.tokensPerSecond),
      )
      const fresh = due - producedAt.length
      for (let no = 0; no < fresh; no++) producedAt.push(performance.now())
      for (const answer of answers) answer.text += TOKEN.repeat(fresh)
    }
  }

  #count(frame: Buffer, reads: boolean): void {
    this.#frames++
    this.#bytes += frame.length
    if (reads) this.#reader(frame.toString())
  }
}

type Frame = [
  event: string,
  payload: {
    readonly changes?: readonly { readonly message?: { readonly id: string; readonly content: string } }[]
    readonly deltas?: readonly {
      readonly messageId: string
      readonly offset: number
      readonly text: string
    }[]
  },
]

/** How long each message is that a frame is about, once it is applied. */
function lengthsIn(frame: string): [messageId: string, length: number][] {
  const [, { changes = [], deltas = [] }]: Frame = JSON.parse(frame.slice(2))
  return [
    ...changes.flatMap(({ message }): [string, number][] =>
      message ? [[message.id, message.content.length]] : [],
    ),
    ...deltas.map(({ messageId, offset, text }): [string, number] => [messageId, offset + text.length]),
  ]
}
