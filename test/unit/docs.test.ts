import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { version } from '../../packages/protocol/package.json'
import { adminTypes } from '../../scripts/docs/admin-types'
import { asyncApi } from '../../scripts/docs/asyncapi'
import { cliPage } from '../../scripts/docs/cli-page'
import { configurationPage } from '../../scripts/docs/configuration-page'
import { errorsPage } from '../../scripts/docs/errors-page'
import { eventsPage } from '../../scripts/docs/events-page'
import { httpApiPage } from '../../scripts/docs/http-api-page'
import { metricsPage } from '../../scripts/docs/metrics-page'
import { openApi } from '../../scripts/docs/openapi'

const committed = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

// `npm run docs` regenerates all.
it.each([
  ['cli', cliPage],
  ['configuration', configurationPage],
  ['errors', errorsPage],
  ['events', () => eventsPage(asyncApi(version))],
  ['http-api', () => httpApiPage(openApi(version))],
  ['metrics', metricsPage],
])('docs/reference/%s.md is fresh: it has all that the code has', async (name, page) => {
  expect(committed(`docs/reference/${name}.md`)).toBe(await page())
})

it('the AsyncAPI document is fresh', () => {
  expect(JSON.parse(committed('packages/server/src/http/asyncapi.json'))).toEqual(asyncApi(version))
})

it('the OpenAPI document is fresh, and so are the types that are made from it', () => {
  const document = openApi(version)
  expect(JSON.parse(committed('packages/server/src/http/openapi.json'))).toEqual(document)
  // Whatever the formatter adds or leaves out.
  const bare = (text: string): string => text.replace(/[\s;,()|'"]/g, '')
  expect(bare(committed('packages/admin/src/generated.ts')) === bare(adminTypes(document))).toBe(true)
})

it('the AsyncAPI document has every reference it makes', () => {
  const document = asyncApi(version)
  const messages = Object.keys(document.channels.socket.messages)
  const schemas = Object.keys(document.components.schemas)
  const text = JSON.stringify(document)
  const used = (pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '')
  const usedMessages = used(/"#\/channels\/socket\/messages\/(\w+)"/g)
  const usedSchemas = used(/"#\/components\/schemas\/(\w+)"/g)
  expect(new Set(usedMessages)).toEqual(new Set(messages))
  expect(usedSchemas.length).toBeGreaterThan(schemas.length)
  expect(usedSchemas.filter((name) => !schemas.includes(name))).toEqual([])
})
