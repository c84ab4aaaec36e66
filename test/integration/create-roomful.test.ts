import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readRoom, waitUntil } from '@roomful/testing'
import { createTestClient } from '@roomful/testing/node'
import { TEMPLATES } from 'create-roomful'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { link } from '../packed/pack'
import { type PackedProject, packedProject } from '../packed/packed-project'

const run = promisify(execFile)

/** A folder that has what npm would install: the tarballs of this repository, and what they need. */
let project: PackedProject
beforeAll(async () => {
  const names = ['protocol', 'client', 'react', 'bot', 'server', 'create-roomful', 'cli']
  project = await packedProject(names)
  // Of the templates themselves, and not of the packages.
  for (const need of ['vite', '@vitejs/plugin-react']) link(join(project.folder, 'node_modules'), need)
})
afterAll(() => project?.[Symbol.dispose]())

const creator = () => join(project.folder, 'node_modules/create-roomful/bin/create-roomful.js')

/** As `npm create roomful NAME -- --template NAME` without a terminal. */
async function created(name: string): Promise<string> {
  const { stdout } = await run(process.execPath, [creator(), `apps/${name}`, '--template', name], {
    cwd: project.folder,
  })
  expect(stdout).toContain(`cd apps/${name}\n  npm install\n`)
  return join(project.folder, 'apps', name)
}

/** The app's server, by its own script. */
async function started(folder: string): Promise<{ readonly url: string } & AsyncDisposable> {
  const child = spawn(process.execPath, ['server.js'], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  for await (const line of child.stdout.setEncoding('utf8')) {
    const url = /at (http:\S+)/.exec(line)?.[1]
    if (url === undefined) continue
    return {
      url,
      [Symbol.asyncDispose]: async () => {
        child.kill('SIGTERM')
        await ended
      },
    }
  }
  throw new Error('the server did not start')
}

const manifest = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

test('each template is an app with this version of the packages, and without what npm leaves out', async () => {
  const { version } = JSON.parse(readFileSync('packages/create-roomful/package.json', 'utf8'))
  expect(readdirSync('packages/create-roomful/templates').sort()).toEqual(Object.keys(TEMPLATES).sort())
  for (const name of Object.keys(TEMPLATES)) {
    const folder = await created(name)
    const { dependencies, devDependencies, ...rest } = manifest(folder)
    expect(rest).toMatchObject({ name, private: true })
    const ours = Object.entries({ ...dependencies, ...devDependencies }).filter(([need]) =>
      /roomful/.test(need),
    )
    expect(ours.length).toBeGreaterThan(0)
    for (const [, range] of ours) expect(range).toBe(`^${version}`)
    expect(existsSync(join(folder, '.gitignore'))).toBe(true)
    expect(existsSync(join(folder, 'gitignore'))).toBe(false)
  }
})

test.each(['web', 'react'])('the page of %s is built by its own script', async (name) => {
  const folder = join(project.folder, 'built', name)
  await project.cli(['create', folder, '--template', name])
  expect(manifest(folder).scripts.build).toBe('vite build')
  await run(process.execPath, [join(project.folder, 'node_modules/vite/bin/vite.js'), 'build'], {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_ENV: 'production' },
  })
  expect(readFileSync(join(folder, 'dist/index.html'), 'utf8')).toContain('<script type="module"')
})

test('the server of one template takes the bot of another, and what it refuses it gives the reason for', async () => {
  const [server, bot] = [join(project.folder, 'run/server'), join(project.folder, 'run/bot')]
  await project.cli(['create', server, '--template', 'server'])
  await project.cli(['create', bot, '--template', 'bot'])
  await using chat = await started(server)
  const at = ['--url', chat.url]
  const token = (
    await project.cli(['token', '--user', 'dice', '--database', `sqlite:${server}/data/roomful.db`])
  ).trim()
  const env = { ROOMFUL_URL: chat.url, BOT_TOKEN: token, PATH: process.env.PATH }
  const running = execFile(process.execPath, ['bot.js'], { cwd: bot, env })
  const ended = new Promise((resolve) => running.once('exit', resolve))
  await using reader = await createTestClient({ url: chat.url, token: async () => token }, 'dice')
  // A new bot answers what is said after it has come.
  await waitUntil('the answer', async () => {
    await project.cli(['send', 'general', '/roll 1', '--wait', '30s', ...at])
    return (await readRoom(reader, 'general')).messages.some(({ content }) => content === 'rolled 1 of 1')
  })
  running.kill('SIGTERM')
  await ended
  await expect(project.cli(['send', 'general', 'Buy now!', ...at])).rejects.toThrow(/REFUSED/)
})

test('nothing is written over what is there, and there is no template of another name', async () => {
  const folder = join(project.folder, 'mine')
  mkdirSync(folder)
  writeFileSync(join(folder, 'notes.txt'), 'mine')
  await expect(run(process.execPath, [creator(), folder])).rejects.toThrow(/has files already/)
  await expect(project.cli(['create', folder])).rejects.toThrow(/FOLDER_IN_USE/)
  expect(readdirSync(folder)).toEqual(['notes.txt'])
  await expect(run(process.execPath, [creator(), '-t', 'vue', join(project.folder, 'x')])).rejects.toThrow(
    /choose web, react, bot, server/,
  )
})
