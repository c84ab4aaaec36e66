import type { Chat } from '@roomful/client'
import { EXIT } from '../failure'
import { type Io, write } from '../io'
import { showTable } from '../show-table'
import { visibleJson } from '../visible'
import { askChat, type ConnectOptions } from '../with-chat'

type RoomsOptions = ConnectOptions & {
  /** Public rooms, joined or not, instead of the user's own. */
  readonly public?: boolean
  /** A part of the name, in any case. */
  readonly query?: string
  readonly json?: boolean
}

type Row = {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly unread?: number
  readonly lastSeq: number
}

/** Lists rooms: a table for people, one object a line with `--json`. */
export function rooms(io: Io, options: RoomsOptions): Promise<number> {
  return askChat(io, options, async (chat) => {
    const rows = await (options.public ? publicRooms(chat, options.query) : ownRooms(chat, options.query))
    if (options.json) {
      for (const row of rows) await write(io.stdout, `${visibleJson(row)}\n`)
    } else {
      const head = ['ID', 'NAME', 'TYPE', 'MESSAGES', ...(options.public ? [] : ['UNREAD'])]
      const lines = rows.map(({ id, name, type, lastSeq, unread }) => [
        id,
        name,
        type,
        String(lastSeq),
        ...(unread === undefined ? [] : [String(unread)]),
      ])
      await showTable(io, head, lines, options.public ? 'No public rooms.' : 'You are in no rooms.')
    }
    return EXIT.ok
  })
}

/** Requested, not read from the chat's state, which fills some time after the connection is up. */
async function ownRooms(chat: Chat, query = ''): Promise<Row[]> {
  const { list = [] } = await chat.request('sync', { rooms: {}, list: true })
  const wanted = list.filter(({ room: { name } }) => name.toLowerCase().includes(query.toLowerCase()))
  return wanted.map(({ room: { id, name, type, lastSeq }, unread }) => ({ id, name, type, unread, lastSeq }))
}

async function publicRooms(chat: Chat, query: string | undefined): Promise<Row[]> {
  const found: Row[] = []
  for (let after: string | undefined; ; ) {
    const page = await chat.listRooms({
      ...(query === undefined ? {} : { query }),
      ...(after === undefined ? {} : { after }),
    })
    found.push(...page.rooms.map(({ id, name, type, lastSeq }) => ({ id, name, type, lastSeq })))
    if (page.next === undefined) return found
    after = page.next
  }
}
