import type * as v from 'valibot'
import { answerOf, isRefusal } from './answer'
import { ApiError } from './api-error'
import type { ApiContext } from './operation'
import { OPERATIONS, type OperationId, type Operations } from './operations'

type Group<Id extends string> = Id extends `${infer Name}.${string}` ? Name : never
type NameIn<G extends string, Id extends string> = Id extends `${G}.${infer Name}` ? Name : never
type Call<Of extends { request: v.GenericSchema; answer: v.GenericSchema }> = (
  request: v.InferInput<Of['request']>,
) => Promise<v.InferOutput<Of['answer']>>

/**
 * The server API in the process of the server: every operation of `/v1`, as `api.rooms.upsert({ … })`. A refusal rejects
 * with an ApiError.
 *
 * @example
 * const server = await createChatServer({ port: 0, database: 'memory:', guests: true })
 * await server.api.rooms.upsert({ roomId: 'order-7', name: 'Order 7', type: 'private' })
 * await server.api.members.add({ roomId: 'order-7', userId: 'ann', name: 'Ann' })
 * await server.api.messages.sendSystem({ roomId: 'order-7', kind: 'shipped', content: 'Your order is on its way' })
 * await server.close()
 */
export type ServerApi = {
  readonly [G in Group<OperationId>]: {
    readonly [Id in OperationId as NameIn<G, Id>]: Call<Operations[Id]>
  }
}

export function createApi(context: ApiContext): ServerApi {
  const api: Record<string, Record<string, (request: unknown) => Promise<object>>> = {}
  for (const operation of OPERATIONS) {
    const [group = '', name = ''] = operation.id.split('.')
    const calls = api[group] ?? {}
    calls[name] = async (request) => {
      const prepared = operation.prepare(request)
      const answer = isRefusal(prepared) ? prepared : await answerOf(context, operation.id, prepared)
      if (isRefusal(answer)) throw new ApiError(answer)
      return answer
    }
    api[group] = calls
  }
  return api as ServerApi
}
