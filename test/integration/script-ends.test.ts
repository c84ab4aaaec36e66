import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readRoom } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build, ROOT } from '../../scripts/build.mjs'

// Scripts run what users run.
await build({ types: false })

let server: TestServer
beforeAll(async () => {
  server = await createTestServer()
})
afterAll(() => server.close())

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** Runs a script as users write them to its own end: one that something keeps alive never returns. */
async function run(script: string, token: string, head = HEAD): Promise<Ended> {
  const env = { PATH: process.env.PATH, URL: server.url, TOKEN: token }
  const child = spawn(process.execPath, ['--input-type=module', '-e', `${head}${script}`], { cwd: ROOT, env })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

const HEAD = `
  import { createChat } from '@roomful/client'
  const chat = createChat({ url: process.env.URL, auth: process.env.TOKEN })
  const room = chat.room('general')
`
const LINES = ['one', 'two', 'three', 'four', 'five']

async function contents(): Promise<string[]> {
  await using reader = await createTestClient(server, 'reader')
  const { messages } = await readRoom(reader, 'general')
  return messages.map(({ content }) => content)
}

test.each([
  ['flush() and close()', 'await chat.flush(); console.log(JSON.stringify(await chat.close()))'],
  ['close({ flush: true })', 'console.log(JSON.stringify(await chat.close({ flush: true })))'],
])(
  'a script that sends five lines and ends with %s loses none, and its process ends (P4)',
  async (name, end) => {
    const lines = LINES.map((line) => `${line} by ${name}`)
    const sends = lines.map((line) => `room.send(${JSON.stringify(line)})`).join('\n')
    const ended = await run(`${sends}\n${end}`, await server.token('ada'))
    expect(ended).toEqual({ code: 0, stdout: '{"unsent":0}\n', stderr: '' })
    expect((await contents()).slice(-5)).toEqual(lines)
  },
)

test('a script that closes without flush is warned how many it lost, but not of their content', async () => {
  const ended = await run(`room.send('lost'); await chat.close()`, await server.token('ada'))
  expect(ended).toEqual({
    code: 0,
    stdout: '',
    stderr:
      'roomful: closed; messages and changes that are not confirmed, and that nothing keeps: 1 (storage: memory)\n',
  })
})

test.each(['not a token', ''])(
  'a script with the token %j gets the reason, and its process ends',
  async (token) => {
    const ended = await run(
      `room.send('hello').catch(({ code }) => console.log(code)); room.open().catch(() => {})`,
      token,
    )
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toMatch(/^(TOKEN_INVALID|UNAUTHENTICATED)\n$/)
  },
)

test('a process ends with its chat server, also where a device that polls did not fetch its close', async () => {
  const script = `
    const authenticate = () => ({ id: 'ada', name: 'Ada', sid: 'one' })
    const server = await createChatServer({ port: 0, database: 'memory:', logLevel: 'silent', auth: { authenticate } })
    const path = server.url + '/socket.io/?EIO=4&transport=polling'
    const { sid } = JSON.parse((await (await fetch(path)).text()).slice(1))
    const at = path + '&sid=' + sid
    await (await fetch(at, { method: 'POST', body: '40{"protocol":2}' })).text()
    let text = ''
    while (!text.includes('ready')) text += await (await fetch(at)).text()
    await server.revokeSession('one')
    // It fetches why, and then nothing more.
    await (await fetch(at)).text()
    await server.close()
    console.log(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length)
    process.exit()
  `
  const ended = await run(script, '', "import { createChatServer } from '@roomful/server'")
  expect(ended).toEqual({ code: 0, stdout: '0\n', stderr: '' })
})
