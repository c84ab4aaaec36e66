import { readFileSync } from 'node:fs'
import { CONFIG_FIELDS, loadConfig } from '@roomful/server'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { EVENT_TYPES } from '../../packages/server/src/core/chat-event'
import { webhookMetrics } from '../../packages/server/src/events/metrics'
import { metrics } from '../../packages/server/src/http/metrics'

const page = readFileSync(new URL('../../docs/server.md', import.meta.url), 'utf8')
const rows = (start: RegExp): string[] => page.split('\n').filter((line) => start.test(line))

describe('docs/server.md', () => {
  test('has every setting, in the order and wording of its help', () => {
    const table = CONFIG_FIELDS.map(({ flag, value, env, help }) => {
      const name = value === undefined ? `--${flag}` : `--${flag} ${value}`
      return `| \`${name}\` | \`${env}\` | ${help} |`
    })
    expect(rows(/^\| `--/)).toEqual(table)
  })

  test('has every metric, and none that does not exist', async () => {
    const { registry } = metrics({
      sockets: () => 0,
      queueDepth: () => 0,
      fileBytes: () => 0,
      isBusUp: () => true,
    })
    expect(registry).toBeInstanceOf(Registry)
    webhookMetrics(registry)
    const names = registry.getMetricsAsArray().map(({ name }) => name)
    const own = names.filter((name) => name.startsWith('roomful_'))
    const told = rows(/^\| `roomful_/).map((line) => /^\| `(\w+)/.exec(line)?.[1])
    expect(told.sort()).toEqual(own.sort())
  })
})

describe('docs/webhooks.md', () => {
  const events = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8')

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
