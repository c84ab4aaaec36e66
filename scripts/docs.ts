// Writes the documents generated from the protocol package: docs/errors.md and the AsyncAPI document that the server
// serves.
import { readFileSync, writeFileSync } from 'node:fs'
import { asyncApi } from './docs/asyncapi'
import { errorsPage } from './docs/errors-page'

const at = (path: string) => new URL(`../${path}`, import.meta.url)
const { version } = JSON.parse(readFileSync(at('packages/protocol/package.json'), 'utf8')) as {
  version: string
}

writeFileSync(at('docs/errors.md'), errorsPage())
writeFileSync(at('packages/server/src/http/asyncapi.json'), `${JSON.stringify(asyncApi(version), null, 2)}\n`)
