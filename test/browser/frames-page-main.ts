/** Records what is on the screen, frame by frame, from the first one on, and what goes out: see cold-start.test.ts. */
export type Frame = {
  readonly status: string | null
  readonly connection: string | null
  readonly rooms: number
  readonly texts: readonly string[]
  /** Where the marked row is on the screen. */
  readonly top: number | null
}

const seen: Frame[] = []
const sent: string[] = []

const textOf = (row: Element): string => row.querySelector('[data-testid=content]')?.textContent ?? ''

function look(): void {
  const rows = [...document.querySelectorAll('article')]
  const row = rows.find((one) => textOf(one) === localStorage.getItem('marked'))
  seen.push({
    status: document.querySelector('[data-room-status]')?.getAttribute('data-room-status') ?? null,
    connection: document.querySelector('[data-connection]')?.getAttribute('data-connection') ?? null,
    rooms: document.querySelectorAll('nav a').length,
    texts: rows.map(textOf),
    top: row ? Math.round(row.getBoundingClientRect().top) : null,
  })
  requestAnimationFrame(look)
}
requestAnimationFrame(look)

// Over a websocket, or by requests if the first dial failed.
for (const { prototype } of [WebSocket, XMLHttpRequest]) {
  const { send } = prototype
  prototype.send = function (...args: [data?: unknown]) {
    sent.push(String(args[0]))
    Reflect.apply(send, this, args)
  }
}

const screen = { seen, sent }
export type Screen = typeof screen
Object.assign(window, { shown: screen })
