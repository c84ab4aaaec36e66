/** The page of the tests that drive a client by itself, in tabs: see client-page.ts. */
import { type Chat, createChat, type Room } from '@roomful/client'

export type ClientLook = {
  readonly status: string
  readonly texts: readonly string[]
  readonly unsent: number
  readonly draft: string
  readonly connection: string
  /** When the connection last came up, by the clock of this machine. */
  readonly onlineAt: number
}

let chat: Chat
let room: Room
let onlineAt = 0

const client = {
  open: async (options: { url: string; token: string; room: string }): Promise<void> => {
    chat = createChat({ url: options.url, auth: options.token })
    room = chat.room(options.room)
    chat.select(
      (state) => state.connection.status,
      (status) => {
        if (status === 'online') onlineAt = Date.now()
      },
    )
    await room.open()
  },

  /** Resolves when all of them would survive the end of this tab. */
  send: (texts: readonly string[]): Promise<void> => {
    const keys = new Set<string>(texts.map((text) => room.send(text).clientId))
    return new Promise((resolve) => {
      const check = (): void => {
        // Queued on a line that is up: it is still being written to disk.
        if (room.messages().some(({ key, status }) => keys.has(key) && status === 'queued')) return
        stop()
        resolve()
      }
      const stop = room.subscribe(check)
      check()
    })
  },

  setDraft: (text: string): void => room.setDraft(text),

  /** Keeps the page from doing anything at all. */
  hang: (ms: number): void => {
    const end = Date.now() + ms
    while (Date.now() < end);
  },

  look: (): ClientLook => ({
    status: room.getState().status,
    texts: room
      .messages()
      .map(({ status, content }) => (status === 'sent' ? content : `${status}: ${content}`)),
    unsent: chat.getState().unsent,
    draft: room.getState().draft,
    connection: chat.getState().connection.status,
    onlineAt,
  }),
}

export type InPage = typeof client
Object.assign(window, { client })
