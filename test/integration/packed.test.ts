import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createContext, Script } from 'node:vm'
import { createTestServer } from '@roomful/testing/node'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PackedProject, packedProject } from '../packed/packed-project'

let project: PackedProject
beforeAll(async () => {
  project = await packedProject(['protocol', 'client', 'react'])
})
afterAll(() => project?.[Symbol.dispose]())

const outOf = (name: string): string => join(project.folder, 'project', name)
const bundle = (entry: string) => ({
  absWorkingDir: project.folder,
  entryPoints: [`project/${entry}`],
  bundle: true,
  logLevel: 'silent' as const,
})

test('runs in Node as plain ESM, and keeps its state in a folder', async () => {
  await using server = await createTestServer()
  const env = { URL: server.url, TOKEN: await server.token('ada'), STATE: join(project.folder, 'state') }
  expect(JSON.parse(await project.node('node.mjs', env))).toEqual({
    where: 'Node',
    status: 'live',
    seq: 1,
    shown: true,
    refusedWith: 'INVALID_CONTENT',
    streamed: 1,
    storage: 'ok',
  })
})

test('renders on a server, with the hooks: as installed, and in one file as a bundler makes it', async () => {
  expect(await project.node('render.mjs')).toBe('<p>idle 0 0 0 0</p>')
  await build({ ...bundle('render.mjs'), format: 'cjs', platform: 'node', outfile: outOf('render.cjs') })
  expect(await project.node('render.cjs')).toBe('<p>idle 0 0 0 0</p>')
})

test('runs where only `require` works, and two entry points share one copy', async () => {
  expect(await project.node('require.cjs')).toBe('true idle function true')
})

test.each([
  ['a browser', ['browser', 'import']],
  ['a worker', ['worker', 'import']],
  ['React Native', ['react-native', 'import']],
  ['React Native before 0.79', ['react-native', 'require']],
])('is bundled for %s without anything of Node', async (_, conditions) => {
  const { metafile } = await build({
    ...bundle('render.mjs'),
    format: 'esm',
    // With it goes the field `browser` of dependencies, which React Native's bundler reads, too.
    platform: 'browser',
    conditions,
    metafile: true,
    external: ['react', 'react-dom'],
    write: false,
    outfile: outOf('bundled.js'),
  })
  const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports)
  expect(imported.filter(({ path }) => path.startsWith('node:')).map(({ path }) => path)).toEqual([])
})

test("importing it touches no global except the language's own", async () => {
  const outfile = outOf('touch.js')
  await build({ ...bundle('touch.mjs'), format: 'iife', globalName: 'roomful', platform: 'browser', outfile })
  const context = createContext({})
  new Script(`${readFileSync(outfile, 'utf8')};globalThis.names = Object.keys(roomful).join()`).runInContext(
    context,
  )
  expect(context.names).toBe('ChatError,createChat,keyValueStore,memoryStore')
  // Created, it connects to nothing yet: so it still needs nothing of the platform.
  new Script(
    "globalThis.made = roomful.createChat({ url: 'https://x', auth: 'x' }).getState().connection.status",
  ).runInContext(context)
  expect(context.made).toBe('idle')
})
