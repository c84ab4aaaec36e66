import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { AsyncClosable } from '@roomful/protocol'
import type { ServerApi } from './api/create-api'
import { startApi } from './api/start-api'
import { type CheckedOptions, checkOptions, NO_PATH } from './check-options'
import { closeAll } from './close-all'
import type { Bus } from './cluster/bus'
import { localBus } from './cluster/local-bus'
import type { EventType } from './core/chat-event'
import { openEphemeral } from './ephemeral/open-ephemeral'
import type { EventListener } from './events/event-log'
import { startEvents } from './events/start-events'
import type { Webhooks } from './events/webhooks'
import { openFiles } from './files/open-files'
import { adminRoutes } from './http/admin'
import { httpApp } from './http/app'
import { identifyBy } from './http/bearer'
import { type Endpoint, mountedEndpoint, ownEndpoint } from './http/endpoint'
import { metrics } from './http/metrics'
import { serveMetrics } from './http/metrics-server'
import { type HostServer, pathUnder } from './http/mount'
import { readiness } from './http/readiness'
import { createLogger } from './logger'
import type { ChatNode } from './node/chat-node'
import { createNode } from './node/create-node'
import { makeDefaultRooms } from './node/default-rooms'
import { counted } from './node/live-figures'
import { Upkeep } from './node/upkeep'
import { Opened } from './opened'
import { ConfigError, DEFAULTS, type ServerOptions } from './options'
import { type Clock, systemClock } from './ports/clock'
import { systemIds } from './ports/ids'
import type { Log } from './ports/log'
import { createAdmission } from './sockets/admission'
import { acceptSockets } from './sockets/connect'
import { socketBroadcaster } from './sockets/socket-connection'
import { attachSockets, socketServer } from './sockets/socket-server'
import { openStore } from './stores/open-store'
import type { Store } from './stores/port'

export interface ChatServer extends AsyncClosable {
  /** The address for a browser on this machine, with the path; pass it to `createChat`. */
  readonly url: string
  /** 0 until the app's server in which it is mounted listens. */
  readonly port: number
  /**
   * Also mounts it under `path` in an app's server, from `node:http` or `node:https`, listening or not. Requests and
   * websockets under the path are answered here, all others by the app.
   *
   * @example
   * import { createServer } from 'node:http'
   * import { createChatServer } from '@roomful/server'
   * const chat = await createChatServer({ port: false, path: '/api/chat', database: 'memory:', guests: true })
   * const app = createServer((request, response) => response.end('the app')).listen(0)
   * chat.attach(app)
   */
  attach(server: HostServer): void
  /**
   * Answers an HTTP request under `path`: sign-in of guests, files, health. For frameworks that route fetch requests;
   * the connections of devices need `server` or `attach`. Other paths are answered 404.
   *
   * @example
   * const chat = await createChatServer({ port: false, path: '/api/chat', database: 'memory:', guests: true })
   * const answer = await chat.handler(new Request('https://app.example.com/api/chat/healthz'))
   * console.log(answer.status)
   * await chat.close()
   */
  handler(request: Request): Promise<Response>
  /** What the app's backend does with users, rooms and messages; the same as `/v1` for other processes. */
  readonly api: ServerApi
  /**
   * Ends a session (the token's `sid`) on all devices and nodes, and refuses its tokens from now on. Rejects with a
   * StoreError if that could not be written yet: it is in force all the same while this server runs, which writes it as
   * soon as it can.
   */
  revokeSession(sid: string): Promise<void>
  /**
   * Calls the listener after each event of this type that happens on this server; returns the function that ends it.
   * Where several servers share a database, an event happens on one of them. Unlike a webhook it is not repeated: a
   * listener that throws, or a server that dies, misses it. `context.claims`: what the sign-in of the connection that acted
   * said.
   *
   * @example
   * const chat = await createChatServer({ port: 0, database: 'memory:', guests: true })
   * const off = chat.on('message.sent', ({ data }) => console.log(data.message.content))
   * off()
   * await chat.close()
   */
  on<T extends EventType>(type: T, listener: EventListener<T>): () => void
  /** What waits for the endpoints of `webhooks`, and what was given up. */
  readonly webhooks: Webhooks
  /** Notifies the devices, commits the accepted work, closes the connections. At most 10 s. May be called twice. */
  close(): Promise<void>
}

/**
 * Starts a chat server. Rejects with a ConfigError for options that contradict each other, and with the system's error
 * if the port or the database is unavailable; then nothing of it runs, or keeps the database.
 *
 * @example
 * const server = await createChatServer({ port: 0, database: 'memory:', guests: true })
 * console.log(server.url)
 * await server.close()
 */
export async function createChatServer(options: ServerOptions = {}): Promise<ChatServer> {
  const log = options.logger ?? createLogger(options.logLevel ?? 'info')
  const checked = checkOptions(options, systemClock, log)
  const opened = new Opened(log)
  try {
    return await start(options, checked, { log, opened })
  } catch (error) {
    await opened.close()
    throw error
  }
}

async function start(
  options: ServerOptions,
  { database, authenticator, guests, defaultRooms, kinds, path, webhooks, page }: CheckedOptions,
  { log, opened }: { readonly log: Log; readonly opened: Opened },
): Promise<ChatServer> {
  const { host, origins = [] } = options
  const clock = systemClock
  const ids = systemIds()

  const measured = metrics({
    sockets: () => node.services.hub.devices.size,
    queueDepth: () => node.services.pipeline.depth(),
    fileBytes: () => files?.bytesInAll() ?? 0,
    ...(options.redis === undefined ? {} : { isBusUp: () => bus.isUp?.() ?? true }),
  })
  const { registry } = measured
  const { meter, totals } = counted(measured.meter)
  const kept = opened.add(options.store ?? (await openStore(database ?? DEFAULTS.database)), closed)
  const events = opened.add(
    startEvents({ endpoints: webhooks, outbox: kept.outbox, clock, ids, log, registry }),
    stopped,
  )
  const isShown = (fileId: string) => kept.read((reader) => reader.isFileShown(fileId))
  const files = await openFiles(options, { database, clock, log, isShown })
  const nodeId = randomUUID()
  const busParts = { nodeId, store: kept, clock, log }
  const bus = opened.add(await busFor(options.redis, options.databaseDirectUrl ?? database, busParts), closed)
  const ephemeral = opened.add(
    await openEphemeral(options.redis, database, { store: kept, clock, log }),
    closed,
  )
  const admission = createAdmission({
    ...{ origins, clock, log },
    proxies: options.trustProxy ?? 0,
    handshakesPerSecond: options.limits?.handshakesPerSecond ?? DEFAULTS.handshakesPerSecond,
  })
  const io = socketServer(origins, admission)
  const node: ChatNode = opened.add(
    createNode({
      store: kept,
      ...{ nodeId, bus, ephemeral },
      broadcaster: socketBroadcaster(io),
      authenticate: authenticator.authenticate,
      defaultRooms,
      invitations: options.invitations ?? DEFAULTS.invitations,
      provisioning: options.provisioning ?? DEFAULTS.provisioning,
      rates: options.limits ?? {},
      kinds,
      authorize: options.authorize,
      hooks: options.hooks ?? {},
      events,
      customEmoji: options.customEmoji ?? [],
      ...(files === undefined ? {} : { files: files.store }),
      stopwatch: () => performance.now(),
      ...{ clock, ids, log, meter },
    }),
    stopped,
  )
  const proxies = options.trustProxy ?? 0
  const identify = identifyBy({ check: (token, source) => node.identify(token, source), origins, proxies })
  const { rules } = node.services
  const revokeSession = (sid: string) => node.revokeSession(sid)
  const operators = startApi(node, options, {
    nodeId,
    totals,
    webhooks: events.webhooks,
    identify,
    proxies,
    ...(page === undefined ? {} : { page }),
  })
  const app = httpApp({
    routes: [
      ...operators.routes,
      (app) => adminRoutes(app, { identify, revokeSession, rules, ids }),
      (app) => files?.routes(app, { store: node.services.store, identify, rules, ids }),
    ],
    registry,
    metrics: options.metrics?.port === undefined ? (options.metrics ?? {}) : 'elsewhere',
    checkReady: readiness({
      clock,
      isDraining: () => node.isDraining,
      ping: () => node.services.store.ping(),
    }),
    logout: (token) => node.logout(token),
    origins,
    ...(guests === undefined ? {} : { guests }),
    ...(options.static === undefined ? {} : { staticFolder: options.static }),
    ...{ clock, ids, log, meter },
  })
  // Never listens: it serves the part under the path of the servers that do.
  const inner = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }))
  attachSockets(io, inner, clock)
  const endpoints: Endpoint[] = []
  const attach = (server: HostServer): void => {
    if (path === '') throw new ConfigError([NO_PATH])
    if (node.isDraining) throw new Error('the chat server is closed')
    endpoints.push(mountedEndpoint(inner, path, server))
  }

  const upkeep = opened.add(
    new Upkeep({
      ...{ store: kept, clock, log },
      ...(options.retention === undefined ? {} : { retention: options.retention }),
      ...(files === undefined ? {} : { files: files.store, sweepUploads: files.sweep }),
    }),
    stopped,
  )
  const beside: { stop(): Promise<void> }[] = [upkeep, events]
  const close = once(() => closeAll({ node, io, clock, endpoints, beside }))
  opened.leaveTo(close)

  await makeDefaultRooms(node.services.store, clock, defaultRooms)
  acceptSockets({ io, node, clock, ids, log, meter, proxies, origins })
  const metricsPort = options.metrics?.port
  if (metricsPort !== undefined) beside.push(await serveMetrics(registry, metricsPort, host))
  if (options.server) attach(options.server)
  else if (options.port !== false)
    endpoints.push(await ownEndpoint(inner, path, { port: options.port ?? DEFAULTS.port, host }))
  const mounted = { path, database: kept.kind }
  // The server of an app may listen later, and has no port until then.
  const port = endpoints[0]?.port() ?? 0
  if (port === 0) log.info(mounted, 'mounted')
  else log.info({ port, ...mounted }, 'listening')
  return {
    get port() {
      return endpoints[0]?.port() ?? 0
    },
    get url() {
      return endpoints[0]?.url() ?? path
    },
    attach,
    handler: async (request) => {
      const { pathname, search, origin } = new URL(request.url)
      const rest = pathUnder(pathname + search, path)
      return rest === undefined
        ? new Response('Not found\n', { status: 404 })
        : app.fetch(new Request(origin + rest, request))
    },
    api: operators.api,
    revokeSession,
    on: events.on,
    webhooks: events.webhooks,
    close,
    [Symbol.asyncDispose]: close,
  }
}

const closed = (part: { close(): Promise<void> }): Promise<void> => part.close()
const stopped = (part: { stop(): Promise<void> | void }): Promise<void> | void => part.stop()

/** Loads only what is used. On Postgres there may be other servers, whether Redis joins them or not. */
async function busFor(
  redis: string | undefined,
  database: string | undefined,
  { store, ...parts }: { nodeId: string; store: Store; clock: Clock; log: Log },
): Promise<Bus> {
  const { epoch } = store
  if (redis === undefined) {
    if (store.kind !== 'postgres' || database === undefined) return localBus()
    const { openPostgresBus } = await import('./cluster/postgres-bus')
    return openPostgresBus({ url: database, epoch, ...parts })
  }
  const { openRedisBus } = await import('./cluster/redis-bus')
  return openRedisBus({ url: redis, epoch, ...parts })
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= run()
    return running
  }
}
