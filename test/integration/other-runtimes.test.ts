import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type ChatServer, createApiKey } from '@roomful/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installed } from '../packed/pack'
import { type PackedProject, packedProject } from '../packed/packed-project'
import { temporaryFolder } from './roomful-command'
import { startServer, tokenOf } from './server-fixture'

const run = promisify(execFile)

/** The programs, as npm has them for this platform, and how each runs a script of a folder with `node_modules`. */
const PROGRAMS: Record<string, { deno: string; bun: string }> = {
  'linux x64': { deno: '@deno/linux-x64-glibc/deno', bun: '@oven/bun-linux-x64/bin/bun' },
  'linux arm64': { deno: '@deno/linux-arm64-glibc/deno', bun: '@oven/bun-linux-aarch64/bin/bun' },
  'darwin arm64': { deno: '@deno/darwin-arm64/deno', bun: '@oven/bun-darwin-aarch64/bin/bun' },
}
/** As docs/guides/scripts.md says. */
const ALLOWED = ['--allow-net', '--allow-read', '--allow-write', '--allow-env', '--allow-sys']
const RUNTIMES = [
  {
    name: 'Deno',
    runtime: 'deno',
    args: ['run', '--quiet', '--no-remote', '--node-modules-dir=manual', ...ALLOWED],
  },
  { name: 'Bun', runtime: 'bun', args: ['run', '--no-install'] },
] as const

function programOf(runtime: 'deno' | 'bun'): string {
  const platform = `${process.platform} ${process.arch}`
  const path = PROGRAMS[platform]?.[runtime]
  if (path === undefined)
    throw new Error(`package.json names no ${runtime} for ${platform}: add it there and here`)
  return installed(path)
}

let project: PackedProject
let server: ChatServer
let apiKey: string
const folder = temporaryFolder()
beforeAll(async () => {
  const apiKeyFile = `${folder.path}/api-keys`
  apiKey = (await createApiKey(apiKeyFile, ['*'])).key
  project = await packedProject(['protocol', 'client', 'bot', 'admin'])
  server = await startServer({ apiKeyFile })
})
afterAll(async () => {
  await server?.close()
  project?.[Symbol.dispose]()
  folder[Symbol.dispose]()
})

describe.each(RUNTIMES)('on $name', ({ name, runtime, args }) => {
  const script = async (file: string, env: Record<string, string>): Promise<unknown> => {
    const state = join(project.folder, `${name}-${file}`)
    const { stdout } = await run(programOf(runtime), [...args, join('project', file)], {
      cwd: project.folder,
      env: { PATH: process.env.PATH, HOME: folder.path, URL: server.url, STATE: state, ...env },
    })
    return JSON.parse(stdout)
  }

  test('the client sends, is refused, reads on, and keeps its state in a folder', async () => {
    const id = `ada-${name.toLowerCase()}`
    const { streamed: _, seq: __, ...found } = Object(await script('node.mjs', { TOKEN: await tokenOf(id) }))
    expect(found).toEqual({
      where: 'Node',
      status: 'live',
      shown: true,
      refusedWith: 'INVALID_CONTENT',
      storage: 'ok',
    })
  })

  test('a bot answers once, also what it missed, and the server API has it all', async () => {
    const env = { TOKEN: await tokenOf('adder'), API_KEY: apiKey, ROOM: `sums-${name.toLowerCase()}` }
    const found = await script('job.mjs', env)
    expect(found).toEqual(['2 + 3', '5', '4 + 5', '9'])
  })
})
