import type { Environment } from '../platform/environment'
import type { ConnectionRunner } from './connection-runner'
import { attempt } from './report'
import { request, type Session } from './session'

/** A line that slept is believed dead after this long without an answer (P7: within 3 s of waking). */
const PROBE_TIMEOUT_MS = 2_500

type WakeRunner = {
  probe(): void
  /** From the first connect on: a chat that is only made, as on a server that renders, leaves nothing behind. */
  watch(): void
  close(): void
}

/**
 * After sleep a socket may look open and be dead: a small request tells, long before a ping would. Waiting for the
 * next try is cut short by the same signs, for the line and for all that is held back after a failure.
 */
export function createWakeRunner(
  session: Pick<Session, 'cells' | 'transport' | 'report'>,
  connection: ConnectionRunner,
  environment: Environment,
  onWoken: () => void,
): WakeRunner {
  const { cells, transport, report } = session
  const failed = (error: unknown): void => report(error, { source: 'internal' })
  let probing = false

  const probe = async (): Promise<void> => {
    if (probing || cells.chat().connection.state.status !== 'online') return
    probing = true
    const result = await request({ transport, report }, 'join-rooms', { roomIds: [] }, PROBE_TIMEOUT_MS)
    probing = false
    // `lost` was told as a line that is down already.
    if (result.kind === 'timeout') connection.drop('The line did not answer')
  }

  const onWake = (): void => {
    const { status } = cells.chat().connection.state
    if (status === 'connecting') connection.hurry()
    cells.batch(() => {
      cells.dispatchChat({ type: 'connection', event: { type: 'woken' } })
      cells.dispatchChat({ type: 'woken' })
      for (const { core } of cells.all()) cells.dispatch(core.id, { type: 'woken' })
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
