import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { json } from 'node:stream/consumers'
import { readRoom, waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { build, ROOT } from '../../scripts/build.mjs'
import { connectProxy } from './connect-proxy'
import { temporaryFolder } from './roomful-command'

// Scripts run what users run.
await build({ types: false })
const FOLDER = `${ROOT}/examples/scripts`
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.mjs') && name !== 'with-chat.mjs')

let server: TestServer
let folder: ReturnType<typeof temporaryFolder>
let children: ChildProcess[] = []
beforeEach(async () => {
  server = await createTestServer()
  folder = temporaryFolder()
  children = []
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await server.close()
  folder[Symbol.dispose]()
})

async function start(name: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [`${FOLDER}/${name}.mjs`, ...args], {
    env: {
      PATH: process.env.PATH,
      CHAT_URL: server.url,
      CHAT_TOKEN: await server.token({ id: 'cron', name: 'Cron' }),
      ...env,
    },
  })
  children.push(child)
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = once(child, 'close').then(([code]) => ({ code, stdout, stderr }))
  return { ended, stdout: () => stdout, stop: () => child.kill('SIGTERM') && ended }
}

async function run(name: string, ...args: string[]) {
  return (await start(name, args)).ended
}

async function contents(id = 'general'): Promise<string[]> {
  await using reader = await createTestClient(server, 'reader')
  if (id !== 'general') await reader.joinRoom(id)
  const { messages } = await readRoom(reader, id)
  return messages.filter(({ type, deleted }) => type !== 'system' && !deleted).map(({ content }) => content)
}

async function say(...texts: string[]): Promise<void> {
  await using ada = await createTestClient(server, { id: 'ada', name: 'Ada' })
  for (const text of texts) await ada.room('general').send(text)
}

test('there are ten, each of at most 40 lines, and the page names them all', () => {
  expect(NAMES).toHaveLength(10)
  const page = readFileSync(`${ROOT}/docs/guides/scripts.md`, 'utf8')
  for (const name of NAMES) {
    expect(readFileSync(`${FOLDER}/${name}`, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(40)
    expect(page).toContain(`| \`${name} `)
  }
})

test.each(NAMES)('%s says how it is called', async (name) => {
  const { code, stderr } = await run(name.replace('.mjs', ''))
  expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringMatching(/^Usage: node .* <\w/) })
})

test('the exit code says whether to try again', async () => {
  const refused = await (await start('send', ['general', 'hi'], { CHAT_TOKEN: 'no token' })).ended
  expect(refused).toMatchObject({ code: 78, stderr: expect.stringContaining('TOKEN_INVALID') })
  expect(await run('send', 'nowhere', 'hi')).toMatchObject({ code: 75 })
})

test('send: once a day', async () => {
  for (let i = 0; i < 2; i++) expect(await run('send', 'general', 'Good morning')).toMatchObject({ code: 0 })
  expect(await contents()).toEqual(['Good morning'])
})

test('webhook-in: a call is a message, a repeated one is not, and a stranger is refused', async () => {
  const script = await start('webhook-in', ['general'], { PORT: '0', WEBHOOK_SECRET: 'sesame' })
  const port = await waitUntil('its port', () => /listening on (\d+)/.exec(script.stdout())?.[1])
  const call = async (authorization: string, body: string) =>
    (
      await fetch(`http://127.0.0.1:${port}`, {
        method: 'POST',
        headers: { authorization, 'webhook-id': '7' },
        body,
      })
    ).status
  const body = JSON.stringify({ text: 'Build 7 failed' })
  expect(await call('Bearer sesame', body)).toBe(204)
  expect(await call('Bearer sesame', body)).toBe(204)
  expect(await call('Bearer wrong', body)).toBe(401)
  expect(await call('Bearer sesame', '{')).toBe(400)
  expect(await script.stop()).toMatchObject({ code: 0 })
  expect(await contents()).toEqual(['Build 7 failed'])
})

test('webhook-out: each message once it is taken, in order, also after a restart', async () => {
  const received: string[] = []
  let refusals = 1
  const receiver = createServer(async (request, response) => {
    const { content } = (await json(request)) as { content: string }
    if (refusals-- > 0) return response.writeHead(503).end()
    received.push(content)
    response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const { port } = receiver.address() as AddressInfo
  const place = `${folder.path}/place.json`
  writeFileSync(place, JSON.stringify({ after: 0 }))
  const args = ['general', `http://127.0.0.1:${port}`, place]
  await say('one', 'two')
  const first = await start('webhook-out', args)
  await waitUntil('both', () => received.length === 2)
  await waitUntil('its place', () => JSON.parse(readFileSync(place, 'utf8')).after === 2)
  await first.stop()
  await say('three')
  const second = await start('webhook-out', args)
  await waitUntil('the third', () => received.length === 3)
  expect(await second.stop()).toMatchObject({ code: 0 })
  expect(received).toEqual(['one', 'two', 'three'])
  receiver.close()
})

test('export: all of a room, to its end', async () => {
  const texts = Array.from({ length: 230 }, (_, i) => `message ${i + 1}`)
  await say(...texts)
  const { code, stdout } = await run('export', 'general')
  const rows = stdout.trimEnd().split('\n')
  expect(code).toBe(0)
  expect(rows.map((row) => JSON.parse(row).content)).toEqual(texts)
})

test('digest: the day as a mail', async () => {
  await say('one', 'zwei – ä')
  const file = `${folder.path}/digest.eml`
  expect(await run('digest', 'general', 'team@example.com', file)).toMatchObject({
    code: 0,
    stdout: '2 messages\n',
  })
  const [head = '', body = ''] = readFileSync(file, 'utf8').split('\r\n\r\n')
  expect(head).toContain('To: team@example.com\r\nSubject: =?utf-8?B?')
  expect(Buffer.from(body, 'base64').toString()).toMatch(/^\d\d:\d\d Ada: one\n\d\d:\d\d Ada: zwei – ä\n$/)
})

test('mirror: each message once, however often it starts', async () => {
  await using cron = await createTestClient(server, { id: 'cron', name: 'Cron' })
  const { id } = await cron.createRoom({ name: 'Copy', type: 'public' })
  await say('one', 'two')
  for (const last of ['Ada: two', 'Ada: three']) {
    const script = await start('mirror', ['general', id])
    if (last === 'Ada: three') await say('three')
    await waitUntil(last, async () => (await contents(id)).includes(last))
    expect(await script.stop()).toMatchObject({ code: 0 })
  }
  expect(await contents(id)).toEqual(['Ada: one', 'Ada: two', 'Ada: three'])
})

test('mirror, webhook-out: a message that grows goes on when it has ended, whole', async () => {
  const posted: string[] = []
  const receiver = createServer(async (request, response) => {
    posted.push(((await json(request)) as { content: string }).content)
    response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const { port } = receiver.address() as AddressInfo
  const place = `${folder.path}/place.json`
  writeFileSync(place, JSON.stringify({ after: 0 }))
  await using cron = await createTestClient(server, { id: 'cron', name: 'Cron' })
  const { id } = await cron.createRoom({ name: 'Copy', type: 'public' })
  await using ada = await createTestClient(server, { id: 'ada', name: 'Ada' })
  const source = new PassThrough({ encoding: 'utf8' })
  source.write('It ')
  const { done } = ada.room('general').sendStream(source)
  await waitUntil('it grows', async () => (await contents()).includes('It '))
  const scripts = [
    await start('mirror', ['general', id]),
    await start('webhook-out', ['general', `http://127.0.0.1:${port}`, place]),
  ]
  await say('after')
  source.end('ends')
  await done
  await waitUntil('both', async () => posted.includes('after') && (await contents(id)).includes('Ada: after'))
  for (const script of scripts) expect(await script.stop()).toMatchObject({ code: 0 })
  expect(posted).toEqual(['It ends', 'after'])
  expect(await contents(id)).toEqual(['Ada: It ends', 'Ada: after'])
  receiver.close()
})

test('import-csv: each row once, with quotes, also when it is run again', async () => {
  const file = `${folder.path}/rows.csv`
  const rows = Array.from({ length: 60 }, (_, i) => `Ben,"text ${i}, ""quoted"""`)
  writeFileSync(file, ['Ada,plain', 'Ada,plain', ...rows].join('\r\n'))
  for (let i = 0; i < 2; i++)
    expect(await run('import-csv', 'general', file)).toMatchObject({
      code: 0,
      stdout: '50 of 62\n62 of 62\n',
    })
  expect(await contents()).toEqual([
    'Ada: plain',
    'Ada: plain',
    ...rows.map((_, i) => `Ben: text ${i}, "quoted"`),
  ])
})

test('sweep: deletes what matches, in a room that it moderates', async () => {
  await using cron = await createTestClient(server, { id: 'cron', name: 'Cron' })
  const room = await cron.createRoom({ name: 'R', type: 'public' })
  for (const text of ['buy now', 'hello', 'BUY more']) await room.send(text)
  expect(await run('sweep', room.id, '\\bbuy\\b', '100')).toMatchObject({
    code: 0,
    stdout: 'deleted 2 of 3\n',
  })
  expect(await contents(room.id)).toEqual(['hello'])
})

test('presence: who is there', async () => {
  await using _ = await createTestClient(server, { id: 'ada', name: 'Ada "A"' })
  await (await createTestClient(server, { id: 'ben', name: 'Ben' })).close()
  const { code, stdout } = await run('presence', 'general')
  expect(code).toBe(0)
  expect(stdout.trimEnd().split('\n')).toEqual(
    expect.arrayContaining(['ada,"Ada ""A""",online', expect.stringMatching(/^ben,"Ben",(offline|online)$/)]),
  )
})

test('canary: a message there and back', async () => {
  const { code, stdout } = await run('canary', 'general', '60000')
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\n$/) })
  expect(await contents()).toEqual([])
})

test('through a proxy, where the environment names one for the address', async () => {
  await using proxy = await connectProxy()
  const { host } = new URL(server.url)
  const proxied = await start('send', ['general', 'through it'], { HTTP_PROXY: proxy.url })
  expect(await proxied.ended).toMatchObject({ code: 0 })
  const tunnels = proxy.targets.length
  expect(new Set(proxy.targets)).toEqual(new Set([host]))
  const direct = await start('send', ['general', 'past it'], { http_proxy: proxy.url, NO_PROXY: '127.0.0.1' })
  expect(await direct.ended).toMatchObject({ code: 0 })
  expect(proxy.targets).toHaveLength(tunnels)
  expect(await contents()).toEqual(['through it', 'past it'])
})
