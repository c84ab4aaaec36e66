import { hostEnvironment } from './adapters/host-environment'
import { nanoidIds } from './adapters/nanoid-ids'
import { socketIoTransport } from './adapters/socket-io-transport'
import { systemClock } from './adapters/system-clock'
import type { Chat } from './chat'
import { chatStateOf } from './core/chat-core'
import { newRoom } from './core/room/room-core'
import type { ChatOptions } from './options'
import type { Room } from './room'
import { type Cells, createCells } from './runtime/cells'
import { createChatRooms } from './runtime/chat-rooms'
import { createConnectionRunner } from './runtime/connection-runner'
import { stopped } from './runtime/handle-context'
import { createInbox } from './runtime/inbox'
import { createOutboxRunner } from './runtime/outbox-runner'
import { createPump } from './runtime/pump'
import { createRoomHandle } from './runtime/room-handle'
import { createAsk, type Session } from './runtime/session'
import { createSubscribing } from './runtime/subscribing'
import { createSyncRunner } from './runtime/sync-runner'
import { createTypingRunner } from './runtime/typing-runner'
import { createWaiters, quiet } from './runtime/waiters'
import { createWakeRunner } from './runtime/wake-runner'

const WINDOW_SIZE = 2_000
const REQUEST_TIMEOUT_MS = 10_000
const READ_DEBOUNCE_MS = 500

/**
 * The client of one user on one server. Nothing is connected until somebody connects, opens a room or sends.
 *
 * @example
 * const chat = createChat({ url: 'https://chat.example.com', auth: () => getToken() })
 * const room = chat.room('general')
 * await room.open()
 * room.send('hello')
 */
export function createChat(options: ChatOptions): Chat {
  const clock = options.ports?.clock ?? systemClock
  const ids = options.ports?.ids ?? nanoidIds
  const windowSize = options.windowSize ?? WINDOW_SIZE
  const cells: Cells = createCells({
    storage: { status: 'memory' },
    newRoom: (id) =>
      newRoom(id, { me: cells.chat().user?.id ?? null, line: lineNow(cells), windowSize, durable: false }),
    settle: () => pump.run(),
  })
  const connection = createConnectionRunner(() => session, options.auth)
  const transport = (options.ports?.transport ?? socketIoTransport)(options.url, (event) => inbox(event))
  const base = {
    cells,
    transport,
    clock,
    ids,
    requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    refreshToken: connection.refreshToken,
    doubtLine: () => wake.probe(),
  }
  const session: Session = { ...base, ask: createAsk(base) }
  const wake = createWakeRunner(session, connection, options.ports?.environment ?? hostEnvironment)
  const inbox = createInbox(session, connection, { onUser: () => undefined, onRevoked: () => {} })
  const runners = [
    connection.step,
    createSyncRunner(session),
    createOutboxRunner(session),
    createTypingRunner(cells),
  ]
  const pump = createPump(
    clock,
    () => runners,
    () => cells.batch(() => {}),
  )
  const waiters = createWaiters(cells)
  if (options.ports?.inspect) cells.watch(options.ports.inspect)

  const start = (): void => cells.dispatchChat({ type: 'connection', event: { type: 'wanted' } })
  let order = 0
  const handles = new Map<string, Room>()
  const room = (id: string): Room => {
    let handle = handles.get(id)
    if (handle === undefined) {
      handle = createRoomHandle(
        {
          session,
          waiters,
          readDebounceMs: options.readDebounceMs ?? READ_DEBOUNCE_MS,
          start,
          nextOrder: () => ++order,
        },
        id,
      )
      handles.set(id, handle)
    }
    return handle
  }

  const connect = (): Promise<void> => {
    start()
    return quiet(
      new Promise<void>((resolve, reject) => {
        let end = (): void => {}
        const check = (): void => {
          const { state } = cells.chat().connection
          if (state.status !== 'online' && state.status !== 'stopped') return
          end()
          if (state.status === 'online') resolve()
          else reject(state.error ?? stopped())
        }
        end = cells.chatStore.subscribe(check)
        check()
      }),
    )
  }

  const close = async (): Promise<void> => {
    pump.close()
    wake.close()
    connection.close()
    cells.dispatchChat({ type: 'connection', event: { type: 'closed' } })
    transport.close()
    waiters.closeAll(stopped())
  }

  let seen = { core: cells.chat(), state: chatStateOf(cells.chat()) }
  const getState = () => {
    const core = cells.chat()
    if (seen.core !== core) seen = { core, state: sameOr(seen.state, chatStateOf(core)) }
    return seen.state
  }

  return {
    getState,
    ...createSubscribing(cells.chatStore, getState),
    connect,
    close,
    room,
    ...createChatRooms(session, connect, room),
    [Symbol.asyncDispose]: close,
  }
}

function sameOr<T extends object>(before: T, after: T): T {
  return Object.keys(after).every((key) => Object.is(before[key as keyof T], after[key as keyof T]))
    ? before
    : after
}

function lineNow(cells: Cells): 'up' | 'coming' | 'down' {
  const { state } = cells.chat().connection
  if (state.status === 'online') return 'up'
  return state.status === 'waiting' || state.status === 'stopped' ? 'down' : 'coming'
}
