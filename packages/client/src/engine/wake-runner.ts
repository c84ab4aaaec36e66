import type { Environment } from '../platform/environment'
import type { ConnectionRunner } from './connection-runner'
import { type EngineContext, request } from './engine-context'
import { attempt } from './report'

/** A connection that slept is believed dead after this long without an answer (P7: within 3 s of waking). */
const PROBE_TIMEOUT_MS = 2_500

type WakeRunner = {
  probe(): void
  /** From the first connect on: a chat that is only made, as on a server that renders, leaves nothing behind. */
  watch(): void
  close(): void
}

/**
 * After sleep a socket may look open and be dead: a small request detects that long before a ping would. The same signs
 * cut short the wait for the next attempt, for the connection and for everything held back after a failure.
 */
export function createWakeRunner(
  engine: Pick<EngineContext, 'store' | 'transport' | 'report'>,
  connection: ConnectionRunner,
  environment: Environment,
  onWoken: () => void,
): WakeRunner {
  const { store, transport, report } = engine
  const failed = (error: unknown): void => report(error, { source: 'internal' })
  let probing = false

  const probe = async (): Promise<void> => {
    if (probing || store.chat().connection.state.status !== 'online') return
    probing = true
    const result = await request({ transport, report }, 'join-rooms', { roomIds: [] }, PROBE_TIMEOUT_MS)
    probing = false
    // `lost`: the connection has already reported that it is down.
    if (result.kind === 'timeout') connection.drop('The connection did not answer')
  }

  const onWake = (): void => {
    const { status } = store.chat().connection.state
    if (status === 'connecting') connection.hurry()
    store.batch(() => {
      store.dispatchChat({ type: 'connection', event: { type: 'woken' } })
      store.dispatchChat({ type: 'woken' })
      for (const { model } of store.all()) store.dispatch(model.id, { type: 'woken' })
    })
    if (status === 'online') void probe()
    onWoken()
  }
  let stop: (() => void) | null = null

  return {
    probe: () => void probe(),
    watch: () => {
      if (stop) return
      stop = () => {}
      attempt(() => {
        stop = environment.onWake(onWake)
      }, failed)
    },
    close: () => {
      attempt(() => stop?.(), failed)
      stop = () => {}
    },
  }
}
