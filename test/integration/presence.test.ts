import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer } from '@roomful/testing/node'
import { expect, test } from 'vitest'

test('a user with two devices has the state of the most present one, and their last-seen time is sent', async () => {
  const server = await createTestServer()
  const ada = await createTestClient(server, { id: 'ada', name: 'Ada' })
  const phone = await createTestClient(server, { id: 'ben', name: 'Ben' })
  const laptop = await createTestClient(server, { id: 'ben', name: 'Ben' })
  try {
    const watch = ada.presence(['ben', 'nobody'])
    const seen: string[] = []
    const ben = () => watch.getState().users.get('ben')
    watch.subscribe(() => seen.push(ben()?.status ?? 'unknown'))
    await waitUntil('ben is online', () => ben()?.status === 'online')
    expect(watch.getState().users.get('nobody')).toMatchObject({ status: 'offline', lastSeenAt: null })
    await phone.setPresence('away')
    await laptop.setPresence('away')
    await waitUntil('both devices are away', () => ben()?.status === 'away')
    await phone.setPresence('online')
    await waitUntil('one of them is back', () => ben()?.status === 'online')
    await phone.close()
    await waitUntil('the one that is left is away', () => ben()?.status === 'away')
    const leftAt = Date.now()
    await laptop.close()
    await waitUntil('nobody is left', () => ben()?.status === 'offline')
    expect(Date.parse(ben()?.lastSeenAt ?? '')).toBeGreaterThanOrEqual(leftAt - 1_000)
    // Each change once: nothing is polled.
    expect(seen).toEqual(['online', 'away', 'online', 'away', 'offline'])
  } finally {
    await Promise.all([ada.close(), phone.close(), laptop.close()])
    await server.close()
  }
})
