import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { io } from 'socket.io-client'
import { build, ROOT } from '../../scripts/build.mjs'
import { temporaryFolder } from '../integration/roomful-command'

/** How long a start may take: a framework that bundles its page at the first request, on a busy machine. */
const START_TIMEOUT_MS = 120_000

/** An app of `examples`, run as its README says, in a process of its own and on data of its own. */
export type HostApp = AsyncDisposable & {
  /** Of the app, without a slash at the end. */
  readonly url: string
  /** SIGTERM. Resolves with its exit code. */
  stop(): Promise<number | null>
}

export async function startHostApp(name: string): Promise<HostApp> {
  await build({ types: false })
  const { scripts } = JSON.parse(readFileSync(`${ROOT}/examples/${name}/package.json`, 'utf8'))
  const folder = temporaryFolder()
  // Without `exec` a shell would be in between, and take the signals.
  const app = spawn(`exec ${scripts.start}`, {
    shell: true,
    cwd: `${ROOT}/examples/${name}`,
    env: {
      ...process.env,
      ...{ NODE_ENV: 'development', NEXT_TELEMETRY_DISABLED: '1' },
      ...{ PORT: '0', DATABASE: `sqlite:${folder.path}/chat.db` },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = (): void => void app.kill('SIGKILL')
  process.once('exit', kill)
  const ended = once(app, 'close').then(([code]): number | null => {
    process.off('exit', kill)
    folder[Symbol.dispose]()
    return code
  })
  const stop = (signal: NodeJS.Signals): Promise<number | null> => {
    app.kill(signal)
    return ended
  }
  return {
    url: await addressOf(app, ended),
    stop: () => stop('SIGTERM'),
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL')
    },
  }
}

/** What it prints when it listens. Rejects with its output if it does not. */
function addressOf(app: ChildProcess, ended: Promise<unknown>): Promise<string> {
  let output = ''
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`The app ${why}: ${output}`))
    const timer = setTimeout(() => {
      app.kill('SIGKILL')
      fail('did not listen')
    }, START_TIMEOUT_MS)
    void ended.then(() => {
      clearTimeout(timer)
      fail('ended')
    })
    for (const stream of [app.stdout, app.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text
        const url = /The app is at (http:\/\/[\w.:]+)/.exec(output)?.[1]
        if (url === undefined) return
        clearTimeout(timer)
        resolve(url)
      })
  })
}

/** The refusal of a connection with this cookie; "none" if it is let in. */
export async function refusalIn(app: HostApp, cookie: string): Promise<string> {
  const socket = io(app.url, {
    path: '/api/chat/socket.io',
    auth: { protocol: 2 },
    extraHeaders: { cookie },
    ...{ forceNew: true, reconnection: false },
  })
  try {
    return await new Promise((resolve) => {
      socket.once('ready', () => resolve('none'))
      socket.once('connect_error', ({ message }) => resolve(message))
    })
  } finally {
    socket.disconnect()
  }
}
