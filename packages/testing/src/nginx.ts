import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AsyncClosable } from '@roomful/protocol'
import { findBinaries } from './find-binary'
import { freePort, LocalProcess } from './local-process'

/** A real nginx for one test. */
export interface TestNginx extends AsyncClosable {
  /** Without a path. */
  readonly url: string
}

/**
 * Starts nginx with a configuration, in which `servers` (such as `node1:3000`) stand for addresses of this machine, and
 * the port that it listens on for a free one.
 */
export async function startNginx(
  configuration: string,
  { listen, servers }: { readonly listen: number; readonly servers: Readonly<Record<string, string>> },
): Promise<TestNginx> {
  const bin = findBinaries(['nginx'], 'nginx')
  const folder = mkdtempSync(join(tmpdir(), 'roomful-nginx-'))
  const port = await freePort()
  const replaced = Object.entries({ ...servers, [`listen ${listen};`]: `listen 127.0.0.1:${port};` }).reduce(
    (text, [name, address]) => {
      if (!text.includes(name)) throw new Error(`the configuration has no ${name}`)
      return text.replaceAll(name, address)
    },
    configuration,
  )
  writeFileSync(join(folder, 'nginx.conf'), replaced)
  const server = new LocalProcess({
    command: join(bin, 'nginx'),
    args: [
      ...['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'],
      ...['-g', 'daemon off; pid nginx.pid; error_log stderr notice;'],
    ],
    folder,
    ready: /start worker process \d/,
    stopSignal: 'SIGTERM',
  })
  await server.start()
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => server.dispose() }
}
