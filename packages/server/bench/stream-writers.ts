import { ROOM } from './crowd'
import type { Member } from './member'

/** As the client has it: pieces are sent so often. */
const STEP_MS = 50
const WRITE_MS = 1_000
const WAIT_MS = 5

/** A text that grows. `isOver`: nothing more is to be written. */
export type Answer = {
  readonly member: Member
  readonly messageId: string
  text: string
  isOver: boolean
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** As `room.sendStream`: pieces every 50 ms, which are not stored, the whole text once a second, which is. */
async function stream(answer: Answer): Promise<void> {
  const { member, messageId } = answer
  const write = (state: string): Promise<string> =>
    member.ask('write-stream', { roomId: ROOM, messageId, run: 0, content: answer.text, state })
  let sent = 0
  let writtenAt = performance.now()
  while (!answer.isOver) {
    await later(STEP_MS)
    const text = answer.text.slice(sent)
    if (text === '') continue
    const delta = { roomId: ROOM, messageId, run: 0, offset: sent, text }
    sent += text.length
    await member.ask('message-delta', { deltas: [delta] })
    if (performance.now() < writtenAt + WRITE_MS) continue
    writtenAt = performance.now()
    await write('streaming')
  }
  await write('finished')
}

/** As a bot does that has only edits: it waits for each before it takes the next token. */
async function editEach(answer: Answer): Promise<void> {
  let shown = 0
  while (!answer.isOver) {
    const end = answer.text.indexOf(' ', shown) + 1
    if (end === 0) await later(WAIT_MS)
    else {
      shown = end
      await edit(answer, shown)
    }
  }
}

/** As a bot does that keeps to a rate: all that is there, once a second. */
async function editSeconds(answer: Answer): Promise<void> {
  let shown = 0
  while (!answer.isOver) {
    await later(WRITE_MS)
    if (answer.text.length === shown) continue
    shown = answer.text.length
    await edit(answer, shown)
  }
}

const edit = ({ member, messageId, text }: Answer, length: number): Promise<string> =>
  member.ask('edit-message', { roomId: ROOM, messageId, content: text.slice(0, length) })

/** Each writes one answer to its end. */
export const HOWS = {
  stream,
  'edit a token': editEach,
  'edit a second': editSeconds,
} as const
export type How = keyof typeof HOWS
