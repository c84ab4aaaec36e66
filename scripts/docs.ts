// Writes what is generated: docs/errors.md, the AsyncAPI document of the wire and the OpenAPI document of the server API,
// which the server serves, and the types of @roomful/admin.
import { readFileSync, writeFileSync } from 'node:fs'
import { adminTypes } from './docs/admin-types'
import { asyncApi } from './docs/asyncapi'
import { errorsPage } from './docs/errors-page'
import { openApi } from './docs/openapi'

const at = (path: string) => new URL(`../${path}`, import.meta.url)
const { version } = JSON.parse(readFileSync(at('packages/protocol/package.json'), 'utf8')) as {
  version: string
}

writeFileSync(at('docs/errors.md'), errorsPage())
writeFileSync(at('packages/server/src/http/asyncapi.json'), `${JSON.stringify(asyncApi(version), null, 2)}\n`)
const openapi = openApi(version)
writeFileSync(at('packages/server/src/http/openapi.json'), `${JSON.stringify(openapi, null, 2)}\n`)
writeFileSync(at('packages/admin/src/generated.ts'), adminTypes(openapi))
