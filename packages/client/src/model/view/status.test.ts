import { describe, expect, test } from 'vitest'
import { twoPeople } from '../../test-support/two-people'

/** Live, and then a change is lost and the next one arrives. */
async function behind() {
  const scene = await twoPeople({ history: 260 })
  const { world, ada, bob, until } = scene
  world.faults.lose({ user: 'ada' })
  void bob.send('lost')
  await world.advance(100)
  void bob.send('seen')
  await until(() => ada.getState().lastSeq === 262)
  return { ...scene, status: () => ada.getState().status }
}

describe('a room that misses a change', () => {
  test('is live while it may come by itself, and not any more from the sync on', async () => {
    const { world, ada, status } = await behind()
    const seen: string[] = []
    ada.select(
      (state) => state.status,
      (next) => seen.push(next),
    )
    await world.advance(249)
    expect(status()).toBe('live')
    await world.advance(1)
    expect(status()).toBe('catching-up')
    await world.expectConverged()
    expect(seen).toEqual(['catching-up', 'live'])
  })

  test('stays so for as long as its sync is refused, between the tries too', async () => {
    const { world, status, asked } = await behind()
    const before = asked(/sync/).length
    world.faults.refuse('sync', 'OVERLOADED', { user: 'ada', times: 1_000 })
    await world.advance(250)
    for (let i = 0; i < 40; i++) {
      expect(status()).toBe('catching-up')
      await world.advance(250)
    }
    expect(asked(/sync/).length).toBe(before)
    world.faults.heal()
    await world.advance(30_000)
    expect(status()).toBe('live')
    await world.expectConverged()
  })

  test('reports it when a page delays its sync', async () => {
    const { world, ada, status } = await behind()
    const page = world.faults.hold('request', 'fetch-history', { user: 'ada' })
    void ada.loadOlder()
    await world.advance(5_000)
    expect(page.isThere).toBe(true)
    expect(status()).toBe('catching-up')
    page.release()
    await world.advance(1_000)
    expect(status()).toBe('live')
    await world.expectConverged()
  })
})
