import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isAloneInNpmShell, watchParent } from './npm-shell'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test.each([
  ["'roomful'", true],
  ['roomful serve --guests', true],
  ['PORT=4000 roomful serve', true],
  ['roomful serve --guests &', false],
  ['roomful serve & vite', false],
  ['tmux', false],
  [undefined, false],
])('a line of npm that runs roomful alone: %s', (npm_lifecycle_script, expected) => {
  expect(isAloneInNpmShell({ npm_lifecycle_script })).toBe(expected)
})

test('a lost parent is told once', () => {
  let parent = 7
  const gone = vi.fn()
  watchParent(() => parent, gone)
  vi.advanceTimersByTime(10_000)
  expect(gone).not.toHaveBeenCalled()
  parent = 1
  vi.advanceTimersByTime(10_000)
  expect(gone).toHaveBeenCalledOnce()
})
