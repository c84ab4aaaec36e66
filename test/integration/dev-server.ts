import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from '../../packages/testing/src/local-process'
import { ROOT } from '../../scripts/build.mjs'
import { NO_LIMITS } from './roomful-command'

/** `npm start` without npm, on any port and its own database. Ended by the signal that Ctrl+C sends. */
export type DevServer = AsyncDisposable & {
  readonly url: string
  stop(signal: 'SIGINT' | 'SIGTERM'): Promise<number | null>
}

export async function startDevServer(database: string, flags: readonly string[] = []): Promise<DevServer> {
  const args = [
    ...flags,
    '--json',
    '--host',
    '127.0.0.1',
    '--port',
    // Restarted, it comes back there.
    String(await freePort()),
    '--database',
    database,
    ...NO_LIMITS,
  ]
  const child = spawn(process.execPath, [`${ROOT}/scripts/start.mjs`, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit').then(([code]): number | null => code)
  const url = await new Promise<string>((resolve, reject) => {
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const [, found] = /"url":"([^"]+)"/.exec(output) ?? []
      if (found !== undefined) resolve(found)
    })
    void ended.then((code) => reject(new Error(`npm start ended with ${code}: ${output}`)))
  })
  const stop = (signal: 'SIGINT' | 'SIGTERM') => {
    child.kill(signal)
    return ended
  }
  return {
    url,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop('SIGTERM')
    },
  }
}
