import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { waitUntil } from '@roomful/testing'
import { freePort } from '../../../packages/testing/src/local-process'
import { findMiniBrowser, findWebKitDriver, findXvfb } from '../../../scripts/test-tools.mjs'
import { descendants, killIfThere } from './process-of'
import { WebDriverSession } from './web-driver'

export type Display = { readonly name: string; close(): Promise<void> }
export type Driver = { readonly session: WebDriverSession; readonly pid: number; close(): Promise<void> }

/** A virtual screen: MiniBrowser needs one. */
export async function startDisplay(): Promise<Display> {
  // It picks a free number, and reports it.
  const child = spawn(
    found(findXvfb(), 'Xvfb'),
    ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  )
  let said = ''
  child.stdio[3]?.on('data', (bytes) => (said += String(bytes)))
  await waitUntil('the display', () => said.endsWith('\n'))
  return { name: `:${said.trim()}`, close: () => end(child) }
}

const SCREEN = '1280x1024x24'

/** A driver with its browser: it supports one session, and a session is one profile. */
export async function startDriver(display: Display): Promise<Driver> {
  const port = await freePort()
  const child = spawn(found(findWebKitDriver(), 'WebKitWebDriver'), [`--port=${port}`], {
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: display.name },
  })
  const url = `http://127.0.0.1:${port}`
  await waitUntil('the driver', async () => (await fetch(`${url}/status`)).ok)
  const session = await WebDriverSession.start(url, {
    'webkitgtk:browserOptions': { binary: found(findMiniBrowser(), 'MiniBrowser'), args: ['--automation'] },
  })
  const pid = child.pid ?? Number.NaN
  const close = async (): Promise<void> => {
    const browser = descendants(pid)
    // Its session may have ended with a page: then only the driver is left.
    await session.end().catch(() => undefined)
    await end(child)
    for (const one of browser) killIfThere(one)
  }
  return { session, pid, close }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

function found(path: string | undefined, name: string): string {
  if (path === undefined) throw new Error(`There is no ${name}: \`npm test\` installs one`)
  return path
}
