// Writes what is generated and committed: pages of docs/reference, the AsyncAPI document of the wire and the OpenAPI
// document of the server API, which the server serves, and the types of @roomful/admin.
import { readFileSync, writeFileSync } from 'node:fs'
import { adminTypes } from './docs/admin-types'
import { asyncApi } from './docs/asyncapi'
import { cliPage } from './docs/cli-page'
import { configurationPage } from './docs/configuration-page'
import { errorsPage } from './docs/errors-page'
import { eventsPage } from './docs/events-page'
import { httpApiPage } from './docs/http-api-page'
import { metricsPage } from './docs/metrics-page'
import { openApi } from './docs/openapi'

const at = (path: string) => new URL(`../${path}`, import.meta.url)
const { version } = JSON.parse(readFileSync(at('packages/protocol/package.json'), 'utf8')) as {
  version: string
}

const [asyncapi, openapi] = [asyncApi(version), openApi(version)]
const pages = {
  cli: await cliPage(),
  configuration: configurationPage(),
  errors: errorsPage(),
  events: eventsPage(asyncapi),
  'http-api': httpApiPage(openapi),
  metrics: metricsPage(),
}
for (const [name, text] of Object.entries(pages)) writeFileSync(at(`docs/reference/${name}.md`), text)
writeFileSync(at('packages/server/src/http/asyncapi.json'), `${JSON.stringify(asyncapi, null, 2)}\n`)
writeFileSync(at('packages/server/src/http/openapi.json'), `${JSON.stringify(openapi, null, 2)}\n`)
writeFileSync(at('packages/admin/src/generated.ts'), adminTypes(openapi))
