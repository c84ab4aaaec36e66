import type { Pin } from '@roomful/client'
import { EXIT } from '../failure'
import { type Io, write } from '../io'
import type { RoomId } from '../room-id'
import { showTable } from '../show-table'
import { visibleJson, visibleLine } from '../visible'
import { askChat, type ConnectOptions } from '../with-chat'

type PinsOptions = ConnectOptions & {
  readonly room: RoomId
  readonly join?: boolean
  /** Ids of messages. */
  readonly pin?: string
  readonly unpin?: string
  readonly json?: boolean
}

/** Pins or unpins one message where it is named; then lists the room's pins: a table for people, JSON lines with `--json`. */
export function pins(io: Io, { room: id, join, pin, unpin, json, ...options }: PinsOptions): Promise<number> {
  return askChat(io, options, async (chat) => {
    const room = join ? await chat.joinRoom(id) : chat.room(id)
    await room.open({ signal: io.signal })
    if (pin !== undefined) await room.pin(pin, { signal: io.signal })
    if (unpin !== undefined) await room.unpin(unpin, { signal: io.signal })
    const listed = room.getState().pins
    if (json) await write(io.stdout, jsonOf(listed))
    else await showTable(io, HEAD, listed.map(rowOf), `${id} has no pinned messages.`)
    return EXIT.ok
  })
}

const jsonOf = (all: readonly Pin[]): string => all.map((one) => `${visibleJson(one)}\n`).join('')

const HEAD = ['MESSAGE', 'SEQ', 'FROM', 'PINNED BY', 'TEXT']
const rowOf = ({ messageId, seq, senderName, content, pinned }: Pin): readonly string[] => [
  ...[messageId, String(seq), senderName, pinned.by, visibleLine(content)],
]
