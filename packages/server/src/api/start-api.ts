import type { Hono } from 'hono'
import type { ChatNode } from '../node/chat-node'
import { DEFAULTS, type RateOptions } from '../options'
import { createApi, type ServerApi } from './create-api'
import { keyFile } from './key-file'
import { apiRoutes } from './routes'

/** Seconds of unused rate that a key may use at once: a job begins with a thousand users. */
const BURST_SECONDS = 5

/** The server API of a node, in process and as routes. */
export function startApi(
  node: ChatNode,
  { apiKeyFile, limits = {} }: { readonly apiKeyFile?: string; readonly limits?: RateOptions },
): { readonly api: ServerApi; readonly routes: (app: Hono) => void } {
  const { services } = node
  const context = { services, isDraining: () => node.isDraining }
  const { apiRowsPerSecond: perSecond } = { ...DEFAULTS, ...limits }
  const rate = { perSecond, burst: perSecond * BURST_SECONDS }
  const keys = apiKeyFile === undefined ? {} : { keys: keyFile(apiKeyFile, services.log) }
  return { api: createApi(context), routes: (app) => apiRoutes(app, { context, rate, ...keys }) }
}
