import type { Chat } from './chat'
import { type ChatStore, createChatStore } from './engine/chat-store'
import { createConnectionRunner } from './engine/connection-runner'
import { createAsk, type EngineContext } from './engine/engine-context'
import { createInbox } from './engine/inbox'
import { createOutboxRunner } from './engine/outbox-runner'
import { createOutboxSequence } from './engine/outbox-sequence'
import { createPump } from './engine/pump'
import { attempt, createReport } from './engine/report'
import type { Runner } from './engine/runner'
import { createServerTime } from './engine/server-time'
import { createSyncRunner } from './engine/sync-runner'
import { createUploadRunner } from './engine/upload-runner'
import { createWakeRunner } from './engine/wake-runner'
import { createChatRooms } from './handles/chat-rooms'
import { createChatView } from './handles/chat-view'
import { createConnect, createReconnect, roomConnectionOf } from './handles/connect'
import { showInDevtools } from './handles/devtools'
import { createEnding } from './handles/ending'
import { chatClosedError } from './handles/limits'
import { createPresence } from './handles/presence'
import { createRoomHandles } from './handles/room-handle'
import { createRoomUses } from './handles/room-uses'
import { createWaiters } from './handles/waiters'
import { readers } from './inspect/readers'
import { type Tap, tapped } from './inspect/taps'
import { newRoom } from './model/room/room-model'
import type { ChatOptions, SocketOptions } from './options'
import { hostEnvironment } from './platform/host-environment'
import { nanoidIds } from './platform/nanoid-ids'
import { scopedClock } from './platform/scoped-clock'
import { steadyClock } from './platform/steady-clock'
import { systemClock } from './platform/system-clock'
import { copyFor, createPersistence } from './storage/persistence'
import { linkTabs } from './tabs/lazy-tabs'
import { lazyTransport } from './transport/lazy-transport'
import { loadFileWork } from './uploads/load-file-work'

const WINDOW_SIZE = 2_000
const REQUEST_TIMEOUT_MS = 10_000
const READ_DEBOUNCE_MS = 500
const MAX_UNSENT_AGE_MS = 86_400_000

/** Protocol, Socket.IO and decoders: what is on the disk is on the screen before they have come. */
const loadTransport = {
  1: async (options: SocketOptions) =>
    (await import('./transport/protocol-1/protocol-1-transport')).protocol1Transport(options),
  2: async (options: SocketOptions) =>
    (await import('./transport/socket-io-transport')).socketIoTransport(options),
}

/**
 * The client of one user on one server. Nothing is connected until the app connects, opens a room or sends.
 *
 * @example
 * const chat = createChat({ url: 'https://chat.example.com', auth: () => getToken() })
 * const room = chat.room('general')
 * await room.open()
 * room.send('hello')
 */
export function createChat(options: ChatOptions): Chat {
  const storeClock = steadyClock(options.ports?.clock ?? systemClock)
  const clock = scopedClock(storeClock)
  const { ids = nanoidIds, environment = hostEnvironment, inspect, inspectRun } = options.ports ?? {}
  const taps = new Set<Tap>()
  // A server of protocol 1 does not recognise a repeated send, so an outbox that outlives the process would double it.
  const copy = options.protocol === 1 ? null : copyFor(options.storage, storeClock)
  const report = createReport(options.onError)
  const store: ChatStore = createChatStore({
    clock,
    report,
    storage: { status: copy ? 'ok' : 'memory' },
    newRoom: (id) =>
      newRoom(id, {
        me: store.chat().user?.id ?? null,
        myName: store.chat().user?.name ?? '',
        connection: roomConnectionOf(store.chat().connection.state),
        windowSize: options.windowSize ?? WINDOW_SIZE,
        hasStore: copy !== null,
        writesRows: disk?.writesRows() ?? false,
      }),
    runEffects: () => pump.run(),
  })

  const connection = createConnectionRunner(
    () => engine,
    options.auth,
    (error) => options.onError && report(error, { source: 'auth' }),
    (token) => disk?.onToken(token),
  )
  const load = () => loadTransport[options.protocol ?? 2](options)
  const standard = options.ports?.transport ?? lazyTransport(load)
  const openTransport = options.ports?.wrapTransport?.(standard) ?? standard
  const sequence = createOutboxSequence(clock)
  const tabs =
    copy &&
    linkTabs(options, copy.kind, () => ({
      url: options.url,
      openTransport,
      store,
      clock,
      ids,
      room,
      onEvent: inbox,
      onOrder: sequence.atLeast,
    }))
  const disk =
    copy &&
    createPersistence({
      source: copy,
      tabs,
      store,
      clock,
      storeClock,
      url: options.url,
      userId: options.userId,
      token: () => connection.token(false),
      sequence,
      report,
    })
  const base: Omit<EngineContext, 'ask'> = {
    store,
    transport: tapped(tabs?.openTransport ?? openTransport, taps)(options.url, (event) => inbox(event)),
    clock,
    serverTime: createServerTime(clock),
    ids,
    requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    over: () => {
      const { state } = store.chat().connection
      if (isClosed) return chatClosedError()
      return state.status === 'stopped' ? (state.error ?? chatClosedError()) : null
    },
    report,
    failed: (error) => {
      report(error, { source: 'internal' })
      connection.drop('The client failed', error)
    },
    refreshToken: connection.refreshToken,
    probeConnection: () => wake.probe(),
    readChunks: async (roomId, indexes) => (await disk?.readChunks(roomId, indexes)) ?? [],
  }
  const engine: EngineContext = { ...base, ask: createAsk(base) }
  const wake = createWakeRunner(engine, connection, environment, () => disk?.woken())
  const waiters = createWaiters(store, base.over)
  if (inspect) store.watch(inspect)
  const presence = createPresence(() => engine)
  const inbox = createInbox(engine, connection, {
    onUser: (user, epoch) => (user ? disk?.onUser(user, epoch) : undefined),
    onRevoked: () => wipe(),
    onPresence: presence.onPresence,
  })
  // Elsewhere than in a browser the app has the file, and the disk is its own.
  const files = copy?.kind === 'indexeddb' && disk ? disk.files : null
  const uploads = createUploadRunner(engine, loadFileWork(options, engine, connection.token), files)
  const runners: readonly Runner[] = [
    connection,
    createSyncRunner(engine),
    uploads,
    createOutboxRunner(engine, options.maxUnsentAgeMs ?? MAX_UNSENT_AGE_MS),
  ]
  const pump = createPump({
    clock,
    store,
    runners,
    wake: () => store.batch(() => {}),
    failed: (error) => report(error, { source: 'internal' }),
    inspect: inspectRun,
  })

  let isClosed = false
  const start = (): boolean => {
    if (isClosed) return false
    disk?.start()
    wake.watch()
    // In parallel with the token. A load that fails is tried again, and reported, when the connection is dialled.
    if (!options.ports?.transport) load().catch(() => {})
    store.dispatchChat({ type: 'connection', event: { type: 'wanted' } })
    return true
  }
  const connect = createConnect(engine, start)
  const readDebounceMs = options.readDebounceMs ?? READ_DEBOUNCE_MS
  const uses = createRoomUses(store, clock)
  const room = createRoomHandles({
    ...{ engine, waiters, uses, uploads, readDebounceMs, start },
    nextOrder: sequence.next,
    takesFiles: options.protocol !== 1,
  })

  const stop = (last?: () => void): void => {
    if (isClosed && last === undefined) return
    isClosed = true
    pump.close()
    uploads.close()
    wake.close()
    store.end(() => {
      connection.close()
      last?.()
    })
    attempt(
      () => base.transport.close(),
      (error) => report(error, { source: 'internal' }),
    )
  }
  const end = (): void => {
    tabs?.end()
    clock.end()
    store.ended()
  }
  const { wipe, ...ending } = createEnding(engine, { disk, start, stop, end })

  const view = createChatView(store, clock)
  if (options.devtools) showInDevtools(options.devtools, store, view.getState)

  return {
    ...view,
    connect,
    reconnect: createReconnect(engine),
    ...ending,
    room,
    ...createChatRooms(engine, start, room),
    presence: presence.presence,
    setPresence: presence.setPresence,
    inspect: async (wanted) =>
      (await import('./inspect/create-inspector')).createInspector(
        {
          ...{ store, clock, taps, readers, storageKind: copy?.kind ?? 'memory', isShared: tabs !== null },
          writesRows: () => disk?.writesRows() ?? false,
          notify: (listener) => attempt(listener, (error) => report(error, { source: 'listener' })),
        },
        wanted,
      ),
    [Symbol.asyncDispose]: async () => {
      await ending.close()
    },
  }
}
