import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { handClock } from '../platform/hand-clock'
import type { Http } from '../platform/http'
import { fetchHttp } from './fetch-http'
import { createFileServer } from './file-server'
import { xhrHttp } from './xhr-http'

const STALL_MS = 100_000
const PIECES = 4
const PIECE = new Uint8Array(20_000)

/** The line that a download comes over: its next piece, which the client has when that resolves, and its end. */
type Line = { readonly url: string; piece(): Promise<void>; end(): void; readonly close: () => void }

/** Node's own, over a socket. */
async function socketLine(moves: () => number): Promise<Line> {
  let answer: ServerResponse | undefined
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'image/png')
    answer = response
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const until = async (isSo: () => boolean): Promise<void> => {
    for (let tries = 0; tries < 500 && !isSo(); tries++) await new Promise((done) => setTimeout(done, 10))
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    piece: async () => {
      await until(() => answer !== undefined)
      const before = moves()
      answer?.write(PIECE)
      await until(() => moves() > before)
    },
    end: () => answer?.end(),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** As much of a page's request as the client uses. */
class FakeRequest {
  static last: FakeRequest | undefined
  readonly upload: { onprogress?: (event: { loaded: number }) => void } = {}
  readonly status = 200
  response = new Blob()
  onprogress?: () => void
  onload?: () => void
  onabort?: () => void
  onloadend?: () => void
  open(): void {}
  setRequestHeader(): void {}
  send(): void {
    FakeRequest.last = this
  }
  abort(): void {
    this.onabort?.()
    this.onloadend?.()
  }
}

async function pageLine(): Promise<Line> {
  vi.stubGlobal('XMLHttpRequest', FakeRequest)
  const request = async (): Promise<FakeRequest | undefined> => {
    await new Promise((done) => setImmediate(done))
    return FakeRequest.last
  }
  return {
    url: 'https://chat.example',
    piece: async () => {
      const to = await request()
      if (to === undefined) return
      to.response = new Blob([to.response, PIECE], { type: 'image/png' })
      to.onprogress?.()
    },
    end: () => {
      FakeRequest.last?.onload?.()
      FakeRequest.last?.onloadend?.()
    },
    close: vi.unstubAllGlobals,
  }
}

let close = (): void => {}
afterEach(() => close())

async function begun(http: Http, lineOf: (moves: () => number) => Promise<Line>) {
  let moves = 0
  const line = await lineOf(() => moves)
  close = line.close
  const counting: Http = (request) =>
    http({
      ...request,
      onSent: (bytes) => {
        moves++
        request.onSent?.(bytes)
      },
    })
  const clock = handClock()
  const token = async () => 'a token'
  const files = createFileServer({
    ...{ http: counting, clock, url: line.url, headers: {}, withCredentials: false, token },
  })
  const loading = files.call('/f-1', { method: 'GET', signal: new AbortController().signal })
  loading.catch(() => {})
  return { line, clock, loading }
}

const WAYS = [
  ['fetch', fetchHttp, socketLine],
  ['XMLHttpRequest', xhrHttp, pageLine],
] as const

test.each(WAYS)(
  'a file that comes slowly by %s is loaded, however long it takes',
  async (_, http, lineOf) => {
    const { line, clock, loading } = await begun(http, lineOf)
    for (let pieces = 0; pieces < PIECES; pieces++) {
      await line.piece()
      clock.pass(STALL_MS - 1)
    }
    line.end()
    const file = await loading
    expect([file.size, file.type]).toEqual([PIECES * PIECE.length, 'image/png'])
    expect(clock.timers()).toBe(0)
  },
)

test.each(WAYS)('a file that stops coming by %s is given up after 100 s', async (_, http, lineOf) => {
  const { line, clock, loading } = await begun(http, lineOf)
  await line.piece()
  clock.pass(STALL_MS - 1)
  await line.piece()
  clock.pass(STALL_MS)
  await expect(loading).rejects.toMatchObject({ code: 'TIMEOUT' })
})
