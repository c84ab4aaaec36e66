// @vitest-environment jsdom

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { MountedRows } from './virtual-list'
import { createVirtualList } from './virtual-list'

/** Rows of these heights, as virtua has measured or estimated them. */
let heights: number[] = []
let scroller: HTMLElement
const offsetOf = (place: number): number => heights.slice(0, place).reduce((sum, px) => sum + px, 0)
const handle: MountedRows['handle'] = {
  findItemIndex: (px) =>
    Math.max(
      0,
      heights.findIndex((_, place) => offsetOf(place + 1) > px),
    ),
  getItemOffset: offsetOf,
  getItemSize: (place) => heights[place] ?? 0,
}
const keys = (count: number) => Array.from({ length: count }, (_, place) => `row-${place}`)

function attached(count: number) {
  heights = keys(count).map(() => 50)
  const list = createVirtualList()
  const kept: string[] = []
  const changed = vi.fn()
  const detach = list.attach(scroller, changed)
  const mount = (all: readonly string[]) =>
    list.mounted({ keys: all, handle, keep: (key) => void kept.push(key) })
  mount(keys(count))
  return { list, kept, changed, detach, mount }
}
const userScrolls = (top: number) => {
  scroller.scrollTop = top
  scroller.dispatchEvent(new Event('scroll'))
}

beforeEach(() => {
  // jsdom has none.
  vi.stubGlobal('CSS', { escape: (text: string) => text })
  scroller = document.createElement('div')
  document.body.append(scroller)
  Object.defineProperty(scroller, 'clientHeight', { value: 200 })
  Object.defineProperty(scroller, 'scrollHeight', { get: () => offsetOf(heights.length) })
})
afterEach(() => {
  vi.unstubAllGlobals()
  scroller.remove()
})

test('a row that a jump brings is held at its height while others are measured, until the user scrolls', () => {
  const { list, detach } = attached(100)
  expect(list.show(['not there', 'row-50', 'row-51'], 60)).toBe('row-50')
  expect(scroller.scrollTop).toBe(50 * 50 - 60)
  heights[10] = 300
  list.hold()
  expect(scroller.scrollTop).toBe(50 * 50 + 250 - 60)
  expect(list.first()).toEqual({ key: 'row-48', top: -40 })

  userScrolls(1_000)
  heights[11] = 300
  list.hold()
  expect(scroller.scrollTop).toBe(1_000)
  detach()
})

test('older rows move the place of the row that is held, not its height', () => {
  const { list, mount } = attached(10)
  list.show(['row-3'], 0)
  heights = [...keys(20).map(() => 70), ...heights]
  mount([...keys(20).map((key) => `older-${key}`), ...keys(10)])
  list.hold()
  expect(scroller.scrollTop).toBe(20 * 70 + 3 * 50)
})

test('none of the rows is in the list: nothing moves', () => {
  const { list } = attached(10)
  scroller.scrollTop = 100
  expect(list.show(['gone'], 0)).toBeUndefined()
  expect(scroller.scrollTop).toBe(100)
})

test('the end lets go of what was held', () => {
  const { list } = attached(100)
  list.show(['row-5'], 0)
  list.showEnd()
  expect(scroller.scrollTop).toBe(5_000)
  list.hold()
  expect(scroller.scrollTop).toBe(5_000)
})

test('the focus goes to a row as soon as it is mounted and measured, and brings it into view', () => {
  const { list, kept } = attached(100)
  list.focus('row-80')
  expect(kept).toEqual(['row-80'])
  expect(scroller.scrollTop).toBe(81 * 50 - 200)
  const row = document.createElement('div')
  row.tabIndex = -1
  row.dataset.key = 'row-80'
  row.style.visibility = 'hidden'
  scroller.append(row)
  list.measured()
  expect(document.activeElement).toBe(document.body)
  row.style.visibility = ''
  list.measured()
  expect(document.activeElement).toBe(row)
})

test('who shows the first row in view is told when it is another', () => {
  const { list, changed } = attached(100)
  const told = vi.fn()
  list.subscribe(told)
  expect(list.top()).toBe('row-0')
  userScrolls(10)
  expect(told).not.toHaveBeenCalled()
  userScrolls(60)
  expect(told).toHaveBeenCalledOnce()
  expect(list.top()).toBe('row-1')
  list.measured()
  expect(changed).toHaveBeenCalledOnce()
})
