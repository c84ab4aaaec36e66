import { createContext, runInContext } from 'node:vm'
import type * as admin from '@roomful/admin'
import { createApiKey } from '@roomful/server'
import { build as bundle } from 'esbuild'
import { beforeAll, expect, test } from 'vitest'
import { build } from '../../scripts/build.mjs'
import { temporaryFolder } from './roomful-command'
import { startServer } from './server-fixture'

/** What a worker at the edge has of the web platform, and that an HTTP client may want. */
const GIVEN = {
  ...{ fetch, URL, URLSearchParams, Headers, Request, Response, AbortController, AbortSignal, DOMException },
  ...{ setTimeout, clearTimeout, crypto, TextEncoder, TextDecoder, structuredClone, console },
}
const LACKING = 'process Buffer require global setImmediate window document'

type Admin = typeof admin
let code = ''

beforeAll(async () => {
  await build({ types: false, pages: false })
  // As the bundler of a worker resolves it: a module of Node's own would be an error here.
  const { outputFiles } = await bundle({
    stdin: { contents: "export * from '@roomful/admin'", resolveDir: process.cwd() },
    ...{ bundle: true, format: 'iife', globalName: 'admin', write: false, logLevel: 'silent' },
    ...{ platform: 'neutral', conditions: ['worker'], mainFields: ['module', 'main'], tsconfigRaw: '{}' },
  })
  code = outputFiles[0]?.text ?? ''
})

test('the admin client runs in a worker that has the web platform, and nothing of Node', async () => {
  using folder = temporaryFolder()
  const apiKeyFile = `${folder.path}/api-keys`
  const { key: apiKey } = await createApiKey(apiKeyFile, ['*'])
  const server = await startServer({ apiKeyFile })
  try {
    const context = createContext({ ...GIVEN })
    for (const name of LACKING.split(' ')) expect(runInContext(`typeof ${name}`, context)).toBe('undefined')
    const { createAdmin }: Admin = runInContext(`${code}; admin`, context)
    const client = createAdmin({ url: server.url, apiKey })
    await client.users.upsert({ userId: 'ada', name: 'Ada' })
    await client.rooms.upsert({ roomId: 'team', name: 'Team', type: 'private' })
    const { message } = await client.messages.sendSystem({
      roomId: 'team',
      content: 'deployed',
      kind: 'deploy',
    })
    expect(message).toMatchObject({ roomId: 'team', content: 'deployed' })
    await expect(client.users.get({ userId: 'nobody' })).rejects.toMatchObject({ code: 'USER_NOT_FOUND' })
  } finally {
    await server.close()
  }
})
