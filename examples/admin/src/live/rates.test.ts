import { describe, expect, test } from 'vitest'
import { MOMENTS_KEPT, type Moment, momentOf, type Sample, withMoment } from './rates'

const sample = (seconds: number, more: Partial<Sample> = {}): Sample => ({
  ...{ nodeId: 'a', people: 3, sockets: 4, queueDepth: 1 },
  ...{ sends: 0, deliveries: 0, commits: 0, commitMs: 0 },
  at: new Date(seconds * 1000).toISOString(),
  ...more,
})

describe('the figures of a moment', () => {
  test('are what happened since the sample before, a second and a commit', () => {
    const before = sample(10, { sends: 100, deliveries: 1_000, commits: 10, commitMs: 50 })
    const after = sample(12, { sends: 150, deliveries: 1_500, commits: 20, commitMs: 80 })
    expect(momentOf(after, before)).toMatchObject({
      ...{ people: 3, sockets: 4, queueDepth: 1 },
      ...{ sendsPerSecond: 25, deliveriesPerSecond: 250, commitMs: 3 },
    })
  })

  test('have no rate at first, and none after another node or another process answered', () => {
    for (const before of [undefined, sample(10, { nodeId: 'b' }), sample(12)])
      expect(momentOf(sample(12, { sends: 50 }), before)).toMatchObject({ sockets: 4, sendsPerSecond: null })
  })

  test('have no commit time while nothing is committed', () => {
    expect(momentOf(sample(12), sample(10))).toMatchObject({ sendsPerSecond: 0, commitMs: null })
  })
})

test('the figures of some minutes are kept, of one node', () => {
  const of = (nodeId: string): Moment => momentOf(sample(1, { nodeId }), undefined)
  let moments: readonly Moment[] = []
  for (let i = 0; i < MOMENTS_KEPT + 5; i++) moments = withMoment(moments, of('a'))
  expect(moments).toHaveLength(MOMENTS_KEPT)
  expect(withMoment(moments, of('b'))).toEqual([of('b')])
})
