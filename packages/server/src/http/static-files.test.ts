import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll, expect, test } from 'vitest'
import { staticFiles } from './static-files'

const folder = mkdtempSync(join(tmpdir(), 'roomful-static-'))
writeFileSync(join(folder, 'index.html'), 'the page')
afterAll(() => rmSync(folder, { recursive: true }))

test('a folder leaves all that is no reading to the routes after it', async () => {
  const app = new Hono()
  app.use('/admin/*', staticFiles(folder, { under: '/admin' }))
  app.post('/admin/sessions/:sid/revoke', (c) => c.text('revoked'))
  const ask = async (method: string, path: string) => {
    const response = await app.request(path, { method })
    return [response.status, await response.text()]
  }
  expect(await ask('POST', '/admin/sessions/s1/revoke')).toEqual([200, 'revoked'])
  expect(await ask('GET', '/admin/')).toEqual([200, 'the page'])
  expect((await ask('POST', '/admin/'))[0]).toBe(404)
  expect((await ask('GET', '/admin/sessions/s1/revoke'))[0]).toBe(404)
})

test.each([
  ['a name', `/${'a'.repeat(256)}`],
  ['a name in UTF-8', `/${'%C3%A4'.repeat(128)}`],
  ['a folder', `/${'a'.repeat(256)}/app.js`],
  ['a folder of the operator’s page', `/admin/${'a'.repeat(256)}/app.js`],
])('P10: %s that is longer than any file’s is not found, and no failure of the server', async (_, path) => {
  const failures: unknown[] = []
  const app = new Hono()
  app.use('/admin/*', staticFiles(folder, { under: '/admin' }))
  app.use('*', staticFiles(folder))
  app.onError((error, c) => {
    failures.push(error)
    return c.text('The server failed', 500)
  })
  const response = await app.request(path)
  expect([response.status, failures]).toEqual([404, []])
})

test('P10: a file with the longest name there is is served, though none beside it can be compressed', async () => {
  const name = `${'a'.repeat(252)}.js`
  writeFileSync(join(folder, name), 'the script')
  const app = new Hono()
  app.use('*', staticFiles(folder))
  const response = await app.request(`/${name}`, { headers: { 'accept-encoding': 'br, gzip' } })
  expect([response.status, await response.text()]).toEqual([200, 'the script'])
})
