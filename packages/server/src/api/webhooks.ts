import { operation } from './operation'
import {
  DeadLettersPage,
  ListDeadLetters,
  Nothing,
  PAGE_DEFAULT,
  ReplayedAnswer,
  ReplayWebhook,
  WebhooksAnswer,
} from './schemas'

export const webhooks = {
  'webhooks.list': operation({
    method: 'GET',
    path: '/v1/webhooks',
    scope: 'webhooks',
    summary: 'The endpoints of webhooks, and how many events wait for each or were given up.',
    request: Nothing,
    answer: WebhooksAnswer,
    refusals: [],
    run: async ({ webhooks }) => ({
      webhooks: (await webhooks.list()).map(({ url, oldestAt, ...queue }) => ({
        ...queue,
        url: url ?? null,
        oldestAt: oldestAt ?? null,
      })),
    }),
  }),
  'webhooks.dead': operation({
    method: 'GET',
    path: '/v1/webhooks/{endpointId}/dead',
    scope: 'webhooks',
    summary: 'Events of an endpoint that were given up, oldest first, each with what would be posted.',
    request: ListDeadLetters,
    answer: DeadLettersPage,
    refusals: [],
    run: async ({ webhooks }, { endpointId, after, limit = PAGE_DEFAULT }) => {
      const { letters, next } = await webhooks.dead(endpointId, {
        limit,
        ...(after === undefined ? {} : { after }),
      })
      return {
        letters: letters.map(({ id, type, at, body, deadAt, reason }) => ({
          ...{ id, type, body, reason },
          at: new Date(at).toISOString(),
          deadAt: new Date(deadAt).toISOString(),
        })),
        ...(next === undefined ? {} : { next }),
      }
    },
  }),
  'webhooks.replay': operation({
    method: 'POST',
    path: '/v1/webhooks/{endpointId}/replay',
    scope: 'webhooks',
    summary: 'Lets events that were given up wait again, at their old place: those with these ids, or all.',
    request: ReplayWebhook,
    answer: ReplayedAnswer,
    refusals: [],
    run: async ({ webhooks }, { endpointId, ids }) => ({
      replayed: await webhooks.replay(endpointId, ids === undefined ? {} : { ids }),
    }),
  }),
} as const
