import { describe, expect, test } from 'vitest'
import { NODE_GONE_AFTER_MS, OtherNodes } from './other-nodes'

describe('other nodes', () => {
  test('are new once, and gone after a silence', () => {
    const nodes = new OtherNodes()
    expect(nodes.noteAlive('a', 0)).toBe(true)
    expect(nodes.noteAlive('a', 2_000)).toBe(false)
    expect(nodes.noteAlive('b', 5_000)).toBe(true)
    expect(nodes.takeGone(2_000 + NODE_GONE_AFTER_MS - 1)).toEqual([])
    expect(nodes.takeGone(2_000 + NODE_GONE_AFTER_MS)).toEqual(['a'])
    expect(nodes.takeGone(2_000 + NODE_GONE_AFTER_MS)).toEqual([])
    expect(nodes.noteAlive('a', 20_000)).toBe(true)
  })

  test('are dropped when they sign off', () => {
    const nodes = new OtherNodes()
    nodes.noteAlive('a', 0)
    expect(nodes.forget('a')).toBe(true)
    expect(nodes.forget('a')).toBe(false)
    expect(nodes.takeGone(1_000_000)).toEqual([])
  })

  test('are not counted as gone after an own outage', () => {
    const nodes = new OtherNodes()
    nodes.noteAlive('a', 0)
    nodes.pardon(60_000)
    expect(nodes.takeGone(60_000)).toEqual([])
    expect(nodes.takeGone(60_000 + NODE_GONE_AFTER_MS)).toEqual(['a'])
  })
})
