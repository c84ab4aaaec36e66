import { isErrorCode } from '@roomful/protocol/plain'
import { ChatError } from '../core/chat-error'
import type { Auth } from '../options'
import type { DownReason } from '../ports/transport'
import { moment, type Session } from './session'

/** A handshake that takes longer is given up: a half-open line would hold us for ever. */
const HANDSHAKE_MS = 15_000
/** After a sign that the network is back: a dial into the old one would keep us from a new one (P5). */
const HURRIED_HANDSHAKE_MS = 5_000

export type ConnectionRunner = {
  /** Dials when it is time. Answers when that is. */
  step(now: number): number
  onReady(): void
  onDown(reason: DownReason): void
  /** Drops the line because it is dead, whatever it says of itself. */
  drop(text: string): void
  /** A dial under way has less time from now on. */
  hurry(): void
  refreshToken(): void
  close(): void
}

/** Keeps one line to the server. The token is asked for once, and again only when the server refuses it (one flight). */
export function createConnectionRunner(session: () => Session, auth: Auth): ConnectionRunner {
  let token: string | null = null
  let flight: Promise<string> | null = null
  /** Counts dials: what belongs to an older one is ignored. */
  let dials = 0
  /** From the dial until the line is down: one line at a time. */
  let dialing = false
  let cancelDeadline = (): void => {}
  /** A fresh token is on its way, to here or to the server: whatever else is refused until then is refused for the old one. */
  let isRefreshing = false
  /** A handshake is awaited: the dial has left the house. */
  let isTimed = false

  const fetchToken = (fresh: boolean): Promise<string> => {
    if (token !== null && !fresh) return Promise.resolve(token)
    if (typeof auth === 'string') return Promise.resolve(auth)
    flight ??= Promise.resolve()
      .then(auth)
      .then((got) => {
        token = got
        return got
      })
      .finally(() => {
        flight = null
      })
    return flight
  }

  const down = (error: ChatError, next: DownReason['next'], reconnectInMs?: number): void => {
    dials++
    dialing = false
    isTimed = false
    cancelDeadline()
    const { cells } = session()
    cells.batch(() => {
      cells.dispatchChat({
        type: 'connection',
        event: {
          type: 'down',
          error,
          next,
          ...(reconnectInMs === undefined ? {} : { reconnectInMs }),
          ...moment(session()),
        },
      })
      for (const { core } of cells.all()) cells.dispatch(core.id, { type: 'line', line: 'down' })
    })
  }

  const dial = async (): Promise<void> => {
    dialing = true
    const no = ++dials
    const { cells, transport } = session()
    const { tokenStale } = cells.chat().connection
    // A fixed token that was refused is refused for good.
    if (tokenStale && typeof auth === 'string')
      return down(
        new ChatError('TOKEN_EXPIRED', 'The token was refused, and there is no function to get a fresh one'),
        'stop',
      )
    try {
      const fresh = await fetchToken(tokenStale)
      if (no !== dials) return
      giveUpIn(HANDSHAKE_MS)
      transport.connect(fresh)
    } catch (cause) {
      if (no === dials) down(new ChatError('UNAUTHENTICATED', 'There is no token', { cause }), 'retry')
    }
  }

  function giveUpIn(ms: number): void {
    cancelDeadline = session().clock.setTimer(ms, () => drop('The handshake was not answered'))
    isTimed = true
  }

  function drop(text: string): void {
    session().transport.disconnect()
    down(new ChatError('OFFLINE', text), 'retry')
  }

  return {
    drop,
    step: (now) => {
      const { state } = session().cells.chat().connection
      if (state.status === 'waiting') {
        if (state.retryAt > now) return state.retryAt
        session().cells.dispatchChat({ type: 'connection', event: { type: 'retry' } })
      }
      if (session().cells.chat().connection.state.status === 'connecting' && !dialing) void dial()
      return Number.POSITIVE_INFINITY
    },
    onReady: () => {
      isTimed = false
      cancelDeadline()
    },
    hurry: () => {
      if (!isTimed) return
      cancelDeadline()
      giveUpIn(HURRIED_HANDSHAKE_MS)
    },
    onDown: ({ code, text, next, reconnectInMs }) =>
      down(new ChatError(isErrorCode(code) ? code : 'OFFLINE', text), next, reconnectInMs),
    refreshToken: () => {
      const no = dials
      if (typeof auth === 'string' || flight !== null || isRefreshing) return
      isRefreshing = true
      const refreshed = fetchToken(true).then(
        async (fresh) => {
          if (no === dials) await session().ask('refresh-token', { token: fresh })
        },
        // The server ends the line when the token is over; the next dial tries again, and says why it cannot.
        () => {},
      )
      void refreshed.finally(() => {
        isRefreshing = false
      })
    },
    close: () => {
      dials++
      cancelDeadline()
    },
  }
}
