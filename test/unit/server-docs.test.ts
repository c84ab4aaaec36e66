import { readFileSync } from 'node:fs'
import { CONFIG_FIELDS, loadConfig } from '@roomful/server'
import { describe, expect, test } from 'vitest'
import { EVENT_TYPES } from '../../packages/server/src/core/chat-event'
import { describedMetrics } from '../../scripts/docs/metrics-page'

describe('docs/guides/server.md', () => {
  const page = readFileSync(new URL('../../docs/guides/server.md', import.meta.url), 'utf8')
  const named = (pattern: RegExp): string[] => [...page.matchAll(pattern)].map(({ 1: name = '' }) => name)

  test('names no setting that does not exist', () => {
    const flags = new Set(CONFIG_FIELDS.map(({ flag }) => flag))
    expect(named(/--([a-z][a-z-]*)/g).filter((flag) => !flags.has(flag))).toEqual([])
  })

  test('names no metric that does not exist', () => {
    const metrics = new Set(describedMetrics().map(({ name }) => name))
    expect(named(/`(roomful_\w+)[`{]/g).filter((name) => !metrics.has(name))).toEqual([])
  })
})

describe('docs/guides/webhooks.md', () => {
  const events = readFileSync(new URL('../../docs/guides/webhooks.md', import.meta.url), 'utf8')

  test('shows a file of endpoints that the server takes', () => {
    const [, file = ''] = /```\n(\[.*?\n\])\n```/s.exec(events) ?? []
    expect(loadConfig({ env: { ROOMFUL_WEBHOOKS: file } }).webhooks).toHaveLength(2)
  })

  test('names every type of event', () => {
    const named = events
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => [...(line.split(' | ')[0] ?? '').matchAll(/`([\w.]+)`/g)].map(({ 1: type }) => type))
    expect(named.sort()).toEqual([...EVENT_TYPES].sort())
  })
})
