/** The page of the tests that drive a bare client in tabs: see client-page.ts. */
import {
  type Chat,
  type ChatOptions,
  type ConnectionState,
  createChat,
  type Room,
  type Sent,
  type StorageState,
} from '@roomful/client'
import { type Actor, Recorder, type ViewEvent, viewOf } from '@roomful/testing/history'
import { ask, note } from './note'

export type { StorageState }

export type ClientOptions = Pick<ChatOptions, 'tabs'> & {
  readonly url: string
  /** Absent: the page requests one from the test (see notes.ts), each time it needs one. */
  readonly token?: string
  readonly room: string
  /** What this page does and shows goes into the history of the test (see page-history.ts), under this name. */
  readonly who?: Actor
}

/** Distinguishes the calls of this page from those of other pages. */
const PAGE = crypto.randomUUID()

export type ClientLook = {
  readonly status: string
  readonly texts: readonly string[]
  /** Of the messages that are shown, without the pending ones. */
  readonly seqs: readonly number[]
  readonly storage: StorageState
  /** The rooms in the list. */
  readonly rooms: readonly string[]
  readonly unsent: number
  readonly draft: string
  readonly unread: number
  /** Who is typing, by name. */
  readonly typing: readonly string[]
  readonly connection: string
  /** When the next dial happens, if the connection waits; else 0. */
  readonly retryAt: number
  /** When the connection last came up, by the clock of this machine. */
  readonly onlineAt: number
  /** Websockets of this page that are open or opening. */
  readonly sockets: number
}

let sockets = 0
window.WebSocket = class extends WebSocket {
  constructor(...args: ConstructorParameters<typeof WebSocket>) {
    super(...args)
    sockets++
    this.addEventListener('close', () => sockets--, { once: true })
  }
}

let chat: Chat
let room: Room
let onlineAt = 0
/** Only with `who`. */
let send = (text: string): Sent => room.send(text)

const client = {
  /** Resolves at once: the room comes from the disk, and from the server when it can be reached. */
  open: ({ url, token, room: id, who, ...options }: ClientOptions): void => {
    chat = createChat({ url, auth: token ?? freshToken, ...options })
    room = chat.room(id)
    chat.select(
      (state) => state.connection.status,
      (status) => {
        if (status === 'online') onlineAt = Date.now()
      },
    )
    if (who) record(who)
    void room.open()
  },

  /** A private room, without other members. */
  createRoom: async (name: string): Promise<string> => (await chat.createRoom({ name, type: 'private' })).id,

  /** Of the message with this text. */
  edit: (text: string, into: string): void => {
    // The server's change of it shows in the room.
    room.edit(keyOf(text), into).catch(() => {})
  },

  loadAll: async (): Promise<void> => {
    while (room.getState().hasOlder) await room.loadOlder(200)
  },

  /** Rows and entries on the disk of this origin, of any user. */
  cachedRows: async (): Promise<number> => (await onDisk('chunks')).flat().length,
  cachedEntries: async (): Promise<number> => (await onDisk('entries')).length,

  signOut: (): Promise<void> => chat.signOut(),

  /** Shown, and nothing more. */
  say: (texts: readonly string[]): void => {
    for (const text of texts) void send(text)
  },

  /** The same with metadata that no test can pass to a page. */
  sayWith: (text: string, metadata: keyof typeof METADATA): void => {
    room.send({ content: text, metadata: METADATA[metadata]() as never }).catch(() => {})
  },

  cancel: (text: string): boolean => room.cancel(keyOf(text)),

  /** Resolves when all of them would survive the end of this tab. */
  send: (texts: readonly string[]): Promise<void> => {
    const keys = new Set<string>(texts.map((text) => send(text).clientId))
    return new Promise((resolve) => {
      const check = (): void => {
        // Queued on an open connection: it is still being written to disk.
        if (room.messages().some(({ key, status }) => keys.has(key) && status === 'queued')) return
        stop()
        resolve()
      }
      const stop = room.subscribe(check)
      check()
    })
  },

  /** The room as the history checker reads it. */
  view: (): Omit<ViewEvent, 'phase'> => viewOf(room),

  markRead: (): void => room.markRead(),
  setTyping: (typing: boolean): void => room.setTyping(typing),
  setDraft: (text: string): void => room.setDraft(text),

  /** Blocks the page completely from now on. */
  hang: (ms: number): void => {
    // Once this call has returned: some drivers wait for the result before they turn to another page.
    setTimeout(() => {
      const end = Date.now() + ms
      while (Date.now() < end);
    })
  },

  look: (): ClientLook => ({
    status: room.getState().status,
    texts: room
      .messages()
      .map(({ status, content }) => (status === 'sent' ? content : `${status}: ${content}`)),
    seqs: room.messages().flatMap(({ status, seq }) => (status === 'sent' && seq !== null ? [seq] : [])),
    storage: chat.getState().storage,
    rooms: chat.getState().rooms.map(({ id }) => id),
    unsent: chat.getState().unsent,
    draft: room.getState().draft,
    unread: room.getState().unread,
    typing: room.getState().typing.map(({ name }) => name),
    connection: chat.getState().connection.status,
    retryAt: retryAtOf(chat.getState().connection),
    onlineAt,
    sockets,
  }),

  /** Everything an app gets, as text, except for the UI keys, which differ by tab. */
  everything: (): string => {
    const { connection, ...ofChat } = chat.getState()
    const { reads, members, ...ofRoom } = room.getState()
    const byUser = [...members].sort((a, b) => (a.userId < b.userId ? -1 : 1))
    const people = { reads: Object.fromEntries([...reads].sort()), members: byUser }
    const messages = ofRoom.messages.map(({ key: _, ...message }) => message)
    return JSON.stringify(
      { connection: connection.status, ...ofChat, ...ofRoom, ...people, messages },
      null,
      1,
    )
  },
}

const METADATA = {
  /** As Vue's `reactive` makes it. */
  proxy: () => new Proxy({ colour: new Proxy({ name: 'red' }, {}) }, {}),
  bigint: () => ({ order: 10n }),
  function: () => ({ onClick: () => 1 }),
  cycle: () => {
    const value: { self?: unknown } = {}
    value.self = value
    return value
  },
}

function keyOf(text: string): string {
  const message = room.messages().find(({ content }) => content === text)
  if (message === undefined) throw new Error(`no message says ${text}`)
  return message.key
}

const freshToken = (): Promise<string> => ask('token')

function record(who: Actor): void {
  const recorder = new Recorder({ name: PAGE, onEvent: (event) => note('history', event) })
  recorder.watch(who, room)
  send = (text) => recorder.send(who, room, text)
}

const retryAtOf = (connection: ConnectionState): number =>
  connection.status === 'waiting' ? connection.retryAt : 0

/** All records of these stores, read without the client. */
async function onDisk(store: string): Promise<unknown[]> {
  const records: unknown[] = []
  for (const { name } of await indexedDB.databases())
    records.push(
      ...(await new Promise<unknown[]>((resolve, reject) => {
        const opening = indexedDB.open(name ?? '')
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const database = opening.result
          if (!database.objectStoreNames.contains(store)) {
            database.close()
            resolve([])
            return
          }
          const request = database.transaction(store).objectStore(store).getAll()
          request.onsuccess = () => {
            database.close()
            resolve(request.result)
          }
          request.onerror = () => reject(request.error)
        }
      })),
    )
  return records
}

export type InPage = typeof client
Object.assign(window, { client, note })
