import { isErrorCode } from '@roomful/protocol/plain'
import { createDeadline } from '../handles/deadline'
import { ChatError } from '../model/chat-error'
import type { Auth } from '../options'
import type { DownReason } from '../transport/port'
import { type EngineContext, nowAndRandom } from './engine-context'
import { attempt } from './report'
import { createTokenSource } from './token-source'

/** A handshake that takes longer is given up: a half-open connection would block for ever. */
const HANDSHAKE_MS = 15_000
/** After a sign that the network is back: a dial or a fetch into the old one would keep us from a new one (P5). */
const HURRIED_MS = 5_000

export type ConnectionRunner = {
  /** Dials when it is time. Returns when that is. */
  step(now: number): number
  onReady(): void
  onDown(reason: DownReason): void
  /** Drops the connection because it is dead, even if it claims to be up; with a cause, because of a bug. */
  drop(text: string, cause?: unknown): void
  /** A dial under way has less time from now on. */
  hurry(): void
  refreshToken(): void
  /** The token of requests beside the connection; see `TokenSource.get`. */
  token(fresh: boolean): Promise<string>
  close(): void
}

/**
 * Keeps one connection to the server. The token is asked for once, and again only when the server refuses it.
 * `onAuthError` gets what went wrong in `auth()`, `onToken` each token before it is used.
 */
export function createConnectionRunner(
  engine: () => EngineContext,
  auth: Auth | undefined,
  onAuthError: (error: unknown) => void,
  onToken: (token: string) => void,
): ConnectionRunner {
  const clock = () => engine().clock
  const tokens = createTokenSource(auth, clock, onAuthError)
  /** The token of the dial under way, or of the connection that is up. */
  let shown = ''
  /** Counts dials: what belongs to an older one is ignored. */
  let dials = 0
  /** From the dial until the connection is down: one connection at a time. */
  let dialing = false
  const handshake = createDeadline(clock, () => drop('The handshake was not answered'))
  /** A fresh token is on its way, to here or to the server: refusals until then are about the old one. */
  let isRefreshing = false

  const down = (error: ChatError, next: DownReason['next'], reconnectInMs?: number): void => {
    dials++
    dialing = false
    handshake.end()
    const { store } = engine()
    store.batch(() => {
      store.dispatchChat({
        type: 'connection',
        event: {
          type: 'down',
          error,
          ...(next === 'auth' ? { next, token: shown } : { next }),
          ...(reconnectInMs === undefined ? {} : { reconnectInMs }),
          ...nowAndRandom(engine()),
        },
      })
      connectionDown()
    })
  }

  const connectionDown = (): void => {
    const { store } = engine()
    for (const { model } of store.all()) store.dispatch(model.id, { type: 'connection', connection: 'down' })
  }

  const dial = async (): Promise<void> => {
    dialing = true
    const no = ++dials
    const { store, transport } = engine()
    try {
      const { refused } = store.chat().connection
      const token = await tokens.get(refused !== null && refused.token === shown)
      if (no !== dials) return
      shown = token
      onToken(token)
    } catch (cause) {
      const error = new ChatError('UNAUTHENTICATED', 'There is no token', { cause })
      if (no === dials) down(error, tokens.isFixed ? 'stop' : 'retry')
      return
    }
    handshake.start(HANDSHAKE_MS)
    try {
      transport.connect(shown)
    } catch (cause) {
      down(new ChatError('OFFLINE', 'The connection could not be opened', { cause }), 'retry')
    }
  }

  function drop(text: string, cause?: unknown): void {
    const { transport, report } = engine()
    attempt(
      () => transport.disconnect(),
      (error) => report(error, { source: 'internal' }),
    )
    down(new ChatError(cause === undefined ? 'OFFLINE' : 'INTERNAL', text, { cause }), 'retry')
  }

  return {
    drop,
    token: tokens.get,
    step: (now) => {
      const { state } = engine().store.chat().connection
      if (state.status === 'waiting') {
        if (state.retryAt > now) return state.retryAt
        engine().store.dispatchChat({ type: 'connection', event: { type: 'retry' } })
      }
      if (engine().store.chat().connection.state.status === 'connecting' && !dialing) void dial()
      return Number.POSITIVE_INFINITY
    },
    onReady: handshake.end,
    hurry: () => {
      tokens.hurry(HURRIED_MS)
      handshake.shorten(HURRIED_MS)
    },
    onDown: ({ code, text, next, reconnectInMs, reason, hint }) => {
      const details = { ...(reason !== undefined && { reason }), ...(hint !== undefined && { hint }) }
      const error = new ChatError(isErrorCode(code) ? code : 'OFFLINE', text, details)
      down(error, nextOf(code, next), reconnectInMs)
    },
    refreshToken: () => {
      const no = dials
      if (auth === undefined || tokens.isFixed || isRefreshing) return
      isRefreshing = true
      const refreshed = tokens.get(true).then(
        async (token) => {
          if (no !== dials) return
          const { ok } = await engine().ask('refresh-token', { token })
          if (ok && no === dials) shown = token
        },
        // The server ends the connection when the token expires; the next dial tries again, and reports why it cannot.
        () => {},
      )
      void refreshed.finally(() => {
        isRefreshing = false
      })
    },
    close: () => {
      dials++
      handshake.end()
      tokens.end()
      engine().store.dispatchChat({ type: 'connection', event: { type: 'closed' } })
      connectionDown()
    },
  }

  /**
   * A refused fixed token is refused for good, if the server names the token as the cause. After TOKEN_INVALID a
   * function may have another one.
   */
  function nextOf(code: string, next: DownReason['next']): DownReason['next'] {
    if (next === 'auth' && tokens.isFixed) return code === 'OFFLINE' ? 'retry' : 'stop'
    return next === 'stop' && code === 'TOKEN_INVALID' && !tokens.isFixed ? 'auth' : next
  }
}
