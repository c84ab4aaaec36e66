import { createTestWorld, makeMessage } from '@roomful/testing'
import { createTestServer } from '@roomful/testing/node'

export const world = () => createTestWorld({ users: ['ann', 'bob'] })
export const clientsOf = async () => (await world()).clients
export const shown = async () => (await clientsOf()).ann.room('general').messages()
export const row = makeMessage({ seq: 3 })
export async function run(): Promise<void> {
  await using one = await world()
  await using server = await createTestServer()
  await one.advance(1)
  void server.url
}
