import { readFileSync } from 'node:fs'
import { CONFIG_FIELDS } from '@roomful/server'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
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
    const names = registry.getMetricsAsArray().map(({ name }) => name)
    const own = names.filter((name) => name.startsWith('roomful_'))
    const told = rows(/^\| `roomful_/).map((line) => /^\| `(\w+)/.exec(line)?.[1])
    expect(told.sort()).toEqual(own.sort())
  })
})
