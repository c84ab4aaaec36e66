import { describe, expect, test } from 'vitest'
import { AdminError } from './admin-error'
import { adminOn } from './create-admin'
import { waitFor } from './request'

type Asked = {
  readonly method: string
  readonly url: string
  readonly body: unknown
  readonly key: string | null
}
type Reply = (signal: AbortSignal | undefined) => Response | Promise<Response>

const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Reply => {
  return () => new Response(JSON.stringify(value), { status, headers })
}
const problem = (status: number, code: string, more: object = {}): Reply =>
  json(
    { code, status, title: 'No', retry: status < 500 && status !== 429 ? 'never' : 'after', ...more },
    status,
  )
const away: Reply = () => Promise.reject(new TypeError('fetch failed'))

/** A client whose server answers with these, one after the other, and whose pauses take no time. */
function scripted(replies: Reply[], { retries = 3 } = {}) {
  const asked: Asked[] = []
  const waits: number[] = []
  const admin = adminOn({
    ...{ url: 'https://chat.example.com/api/chat/', apiKey: 'rfk_1', retries, timeoutMs: 10_000 },
    fetch: async (url, init) => {
      const { method = '', body, headers, signal } = init ?? {}
      const key = new Headers(headers).get('authorization')
      asked.push({
        method,
        url: String(url),
        body: typeof body === 'string' ? JSON.parse(body) : undefined,
        key,
      })
      const reply = replies.shift()
      if (!reply) throw new Error('one request too many')
      return reply(signal ?? undefined)
    },
    wait: async (ms) => void waits.push(ms),
    random: () => 1,
  })
  return { admin, asked, waits }
}

test('each field goes where the route has it', async () => {
  const { admin, asked } = scripted([json({}), json({ users: [] }), json({})])
  await admin.rooms.upsert({ roomId: 'r1', name: 'One', type: 'public' })
  await admin.users.list({ query: 'a&b', limit: 3 })
  await admin.users.get({ userId: 'tenant/ann@example.com' })
  const key = 'Bearer rfk_1'
  const base = 'https://chat.example.com/api/chat/v1'
  expect(asked).toEqual([
    { method: 'PUT', url: `${base}/rooms/r1`, body: { name: 'One', type: 'public' }, key },
    { method: 'GET', url: `${base}/users?query=a%26b&limit=3`, body: undefined, key },
    { method: 'GET', url: `${base}/users/tenant%2Fann%40example.com`, body: undefined, key },
  ])
})

test('an id that a path cannot hold asks for nothing: it would be another operation', async () => {
  const { admin, asked } = scripted([])
  for (const id of ['.', '..'])
    for (const call of [
      admin.users.rooms({ userId: id }),
      admin.members.remove({ roomId: 'r1', userId: id }),
      admin.messages.list({ roomId: id }),
    ])
      await expect(call).rejects.toMatchObject({ code: 'INVALID_PAYLOAD', status: 0 })
  expect(asked).toEqual([])
})

describe('a call', () => {
  test('without an answer is repeated with growing pauses, a message under the same key', async () => {
    const { admin, asked, waits } = scripted([away, problem(503, 'UNAVAILABLE'), json({ message: {} })])
    await admin.messages.sendSystem({ roomId: 'r1', kind: 'note', content: 'hi' })
    expect(asked).toHaveLength(3)
    const [first] = asked
    expect(first?.body).toMatchObject({ clientId: expect.stringMatching(/^[\w-]{8,64}$/) })
    expect(asked.map(({ body }) => body)).toEqual([first?.body, first?.body, first?.body])
    expect(waits).toEqual([250, 500])
  })

  test('waits for as long as the server asks it to', async () => {
    const later: Reply = () => new Response('busy', { status: 503, headers: { 'retry-after': '2' } })
    const { admin, waits } = scripted([
      problem(429, 'RATE_LIMITED', { retryAfterMs: 1_200 }),
      later,
      json({}),
    ])
    await admin.stats.live()
    expect(waits).toEqual([1_200, 2_000])
  })

  test('that is refused is not repeated, and the error has all that the server said', async () => {
    const refused = problem(400, 'INVALID_PAYLOAD', {
      field: 'name',
      limit: 100,
      requestId: 'r-1',
      detail: 'too long',
    })
    const { admin, asked } = scripted([refused])
    const error: unknown = await admin.users.upsert({ userId: 'ann', name: '' }).catch((reason) => reason)
    expect(error).toBeInstanceOf(AdminError)
    expect(error).toMatchObject({
      ...{ code: 'INVALID_PAYLOAD', status: 400, field: 'name', limit: 100, requestId: 'r-1' },
      message: 'too long (name)',
    })
    expect(asked).toHaveLength(1)
  })

  test('that never gets an answer ends as UNREACHABLE, after the retries', async () => {
    const { admin, asked } = scripted([away, away, away, away])
    await expect(admin.stats.live()).rejects.toMatchObject({ code: 'UNREACHABLE', status: 0 })
    expect(asked).toHaveLength(4)
  })

  test('that a proxy refuses has the status; one that is no answer of this server is repeated', async () => {
    const page: Reply = () => new Response('<html>', { status: 404 })
    await expect(scripted([page]).admin.stats.live()).rejects.toMatchObject({ code: 'HTTP_404', status: 404 })
    const portal: Reply = () => new Response('<html>Sign in</html>')
    const { admin, asked } = scripted([portal, json({})])
    await admin.stats.live()
    expect(asked).toHaveLength(2)
  })

  test('ends with its signal, with the signal’s reason: before it, while it is under way, and in a pause', async () => {
    const reason = new Error('enough')
    const ended = AbortSignal.abort(reason)
    await expect(scripted([away]).admin.stats.live({}, { signal: ended })).rejects.toBe(reason)

    const during = new AbortController()
    const hangs: Reply = (signal) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
        during.abort(reason)
      })
    const underWay = scripted([hangs]).admin.stats.live({}, { signal: during.signal })
    await expect(underWay).rejects.toBe(reason)

    for (const status of [200, 404]) {
      const late = new AbortController()
      const halfway: Reply = async (signal) => {
        const body = new ReadableStream({
          start: (controller) => {
            signal?.addEventListener('abort', () => controller.error(signal.reason))
          },
        })
        setTimeout(() => late.abort(reason))
        return new Response(body, { status })
      }
      const reading = scripted([halfway]).admin.stats.live({}, { signal: late.signal })
      await expect(reading).rejects.toBe(reason)
    }

    const pausing = new AbortController()
    const pause = waitFor(1_000_000, pausing.signal)
    pausing.abort(reason)
    await expect(pause).rejects.toBe(reason)
  })
})

describe('each', () => {
  test('reads page by page, and asks for none that is not there', async () => {
    const { admin, asked } = scripted([
      json({ users: [{ id: 'a' }], next: 'a' }),
      json({ users: [{ id: 'b' }] }),
    ])
    const ids = []
    for await (const { id } of admin.each('users.list', { limit: 1 })) ids.push(id)
    expect(ids).toEqual(['a', 'b'])
    expect(asked.map(({ url }) => url.split('?')[1])).toEqual(['limit=1', 'limit=1&after=a'])
  })

  test('goes back from the newest message', async () => {
    const { admin, asked } = scripted([json({ messages: [], next: 7 }), json({ messages: [] })])
    for await (const _ of admin.each('messages.list', { roomId: 'r1', newest: true })) throw new Error('none')
    expect(asked.map(({ url }) => url.split('?')[1])).toEqual(['newest=true', 'newest=true&before=7'])
  })
})
