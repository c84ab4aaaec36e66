import type { Hono } from 'hono'
import { SERVER_ACTOR } from '../core/server-actor'
import type { Webhooks } from '../events/webhooks'
import type { Identify } from '../http/bearer'
import type { ChatNode } from '../node/chat-node'
import { figuresOf, type Totals } from '../node/live-figures'
import { DEFAULTS, type RateOptions } from '../options'
import { callers } from './callers'
import { createApi, type ServerApi } from './create-api'
import { keyFile } from './key-file'
import { apiRoutes } from './routes'

/** Seconds of unused rate that a key may use at once: a job begins with a thousand users. */
const BURST_SECONDS = 5

type ApiOptions = {
  readonly apiKeyFile?: string
  readonly limits?: RateOptions
}
type ApiParts = {
  readonly nodeId: string
  readonly totals: () => Totals
  readonly webhooks: Webhooks
  readonly identify: Identify
  readonly proxies: number
  /** The operator's page, with which admins may use the API too. */
  readonly page?: (app: Hono) => void
}

/** The server API of a node, in process and as routes, and the operator's page that uses them. */
export function startApi(
  node: ChatNode,
  { apiKeyFile, limits = {} }: ApiOptions,
  { nodeId, totals, webhooks, identify, proxies, page }: ApiParts,
): { readonly api: ServerApi; readonly routes: readonly ((app: Hono) => void)[] } {
  const { services } = node
  const figures = () => figuresOf(services, nodeId, totals())
  const context = { services, actor: SERVER_ACTOR, figures, webhooks, isDraining: () => node.isDraining }
  const { apiRowsPerSecond: perSecond } = { ...DEFAULTS, ...limits }
  const rate = { perSecond, burst: perSecond * BURST_SECONDS }
  const keys = apiKeyFile === undefined ? {} : { keys: keyFile(apiKeyFile, services.log) }
  const findCaller = callers({ ...keys, ...(page ? { identify } : {}) })
  return {
    api: createApi(context),
    routes: [(app) => apiRoutes(app, { context, rate, findCaller, proxies }), ...(page ? [page] : [])],
  }
}
