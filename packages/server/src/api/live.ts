import * as v from 'valibot'
import { operation } from './operation'

const figure = v.pipe(v.number(), v.minValue(0))

export const live = {
  'stats.live': operation({
    method: 'GET',
    path: '/v1/stats/live',
    scope: 'stats',
    summary:
      'What the node that answers does now. Its totals begin with its process: a rate is the difference of two answers of one node.',
    request: v.strictObject({}),
    answer: v.strictObject({
      nodeId: v.string(),
      at: v.string(),
      people: figure,
      sockets: figure,
      queueDepth: figure,
      sends: figure,
      deliveries: figure,
      commits: figure,
      commitMs: figure,
    }),
    refusals: [],
    run: async ({ services, figures }) => ({
      ...figures(),
      at: new Date(services.clock.now()).toISOString(),
    }),
  }),
} as const
