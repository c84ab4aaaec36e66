import { createServer, request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { mountAt, pathUnder } from './mount'

test.each([
  ['/api/chat', '/'],
  ['/api/chat/', '/'],
  ['/api/chat?x=1', '/?x=1'],
  ['/api/chat/auth/guest?x=1', '/auth/guest?x=1'],
  ['/api/chats', undefined],
  ['/api', undefined],
  ['/', undefined],
  [undefined, undefined],
])('%s under /api/chat is %s', (url, rest) => {
  expect(pathUnder(url, '/api/chat')).toBe(rest)
})

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})
async function started(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
const answering = (name: string): Server =>
  createServer((incoming, response) => response.end(`${name} ${incoming.url}`))
const get = async (port: number, path: string): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}${path}`)).text()

test("requests under the path go to the mounted server, all others to the app's own listeners, also those added later", async () => {
  const host = createServer()
  const mount = mountAt(host, '/api/chat', answering('chat'))
  host.on('request', (incoming, response) => response.end(`app ${incoming.url}`))
  const port = await started(host)
  expect(await get(port, '/api/chat/readyz?x=1')).toBe('chat /readyz?x=1')
  expect(await get(port, '/api/chats')).toBe('app /api/chats')
  // The page there has relative addresses.
  const folder = await fetch(`http://127.0.0.1:${port}/api/chat`)
  expect(folder).toMatchObject({ redirected: true, url: `http://127.0.0.1:${port}/api/chat/` })
  expect(await get(port, '/')).toBe('app /')
  mount.unmount()
  expect(await get(port, '/api/chat/readyz')).toBe('app /api/chat/readyz')
})

test('two on one server, and one that ends while the other has wrapped it', async () => {
  const host = answering('app')
  const first = mountAt(host, '/one', answering('first'))
  mountAt(host, '/two', answering('second'))
  const port = await started(host)
  expect(await get(port, '/one/a')).toBe('first /a')
  expect(await get(port, '/two/a')).toBe('second /a')
  first.unmount()
  expect(await get(port, '/one/a')).toBe('app /one/a')
  expect(await get(port, '/two/a')).toBe('second /a')
})

test('a client that waits for 100 Continue gets it, though the app listens for that too', async () => {
  const host = answering('app')
  host.on('checkContinue', (_incoming, response) => response.writeHead(417).end())
  mountAt(host, '/chat', answering('chat'))
  const port = await started(host)
  const text = await new Promise((resolve, reject) => {
    const headers = { expect: '100-continue' }
    const outgoing = request({ port, path: '/chat/files', method: 'POST', headers }, (response) => {
      response.setEncoding('utf8').on('data', resolve)
    })
    outgoing.on('continue', () => outgoing.end('x')).on('error', reject)
  })
  expect(text).toBe('chat /files')
})

test('an upgrade without a listener is refused, and another one goes to its listener', async () => {
  const host = answering('app')
  mountAt(host, '/chat', createServer())
  const port = await started(host)
  const ask = async (): Promise<string> => {
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /hmr HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    const answer = await new Promise<string>((resolve) => socket.setEncoding('utf8').once('data', resolve))
    socket.destroy()
    return answer
  }
  expect(await ask()).toContain('404 Not Found')
  host.on('upgrade', (_request, socket) => socket.write('HTTP/1.1 101 the app\r\n\r\n'))
  expect(await ask()).toContain('101 the app')
})

test('an upgrade under the path is not seen by another websocket server of the app, and is cut at the end', async () => {
  const inner = createServer()
  inner.on('upgrade', (incoming, socket) => socket.write(`HTTP/1.1 101 ${incoming.url}\r\n\r\n`))
  const host = createServer()
  const strangers: unknown[] = []
  host.on('upgrade', (incoming, socket) => {
    strangers.push(incoming.url)
    socket.destroy()
  })
  const mount = mountAt(host, '/chat', inner)
  const port = await started(host)
  const dial = (path: string) => {
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
    return socket.setEncoding('utf8')
  }
  const ours = dial('/chat/socket.io/?EIO=4')
  expect(await new Promise((resolve) => ours.once('data', resolve))).toContain('101 /socket.io/?EIO=4')
  const other = dial('/hmr')
  await new Promise((resolve) => other.once('close', resolve))
  expect(strangers).toEqual(['/hmr'])
  const ended = new Promise((resolve) => ours.once('close', resolve))
  mount.unmount()
  await ended
})
