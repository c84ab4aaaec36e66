import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'

/** A start that takes longer than this has failed; a database that replays its log after a crash is the slowest. */
const START_TIMEOUT_MS = 120_000
/** This much of the process's output goes into the error if it does not start. */
const LOG_CHARS = 4_000

type LocalProcessOptions = {
  readonly command: string
  readonly args: readonly string[]
  /** The process's own folder; removed when this process ends. */
  readonly folder: string
  /** The output, on standard output or error, that shows it is ready. */
  readonly ready: RegExp
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
  /** The signal that asks it to stop. */
  readonly stopSignal: NodeJS.Signals
}

/**
 * A server program that a test starts, kills and starts again on the same data. It ends with this process.
 *
 *   down ──start()──▶ up ──kill(): SIGKILL──▶ down
 *                     up ──stop(): asks, and waits──▶ down
 */
export class LocalProcess {
  readonly #options: LocalProcessOptions
  #child: ChildProcess | undefined
  readonly #onExit = (): void => {
    this.#child?.kill('SIGKILL')
    rmSync(this.#options.folder, { recursive: true, force: true, maxRetries: 5 })
  }

  constructor(options: LocalProcessOptions) {
    this.#options = options
    process.once('exit', this.#onExit)
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves when it is ready; rejects with its last output. */
  start(): Promise<void> {
    const { command, args, folder, ready, user } = this.#options
    const child = spawn(command, [...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      ...(user ?? {}),
    })
    this.#child = child
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined
    })
    let log = ''
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${command} ${why}:\n${log}`))
      const timer = setTimeout(() => {
        fail('did not start')
        child.kill('SIGKILL')
      }, START_TIMEOUT_MS)
      const listen = (bytes: Buffer): void => {
        log = (log + bytes).slice(-LOG_CHARS)
        if (!ready.test(log)) return
        clearTimeout(timer)
        resolve()
      }
      child.stdout.on('data', listen)
      child.stderr.on('data', listen)
      child.once('error', reject)
      child.once('exit', (code) => fail(`ended with ${code}`))
      child.once('exit', () => clearTimeout(timer))
    })
  }

  /** Like a power cut for this process alone: nothing is flushed, no peer is notified. Resolves when it is gone. */
  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  stop(): Promise<void> {
    return this.#end(this.#options.stopSignal)
  }

  /** Stops it and removes its data. */
  async dispose(): Promise<void> {
    await this.stop()
    process.off('exit', this.#onExit)
    rmSync(this.#options.folder, { recursive: true, force: true, maxRetries: 5 })
  }

  #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (!child) return Promise.resolve()
    return new Promise((resolve) => {
      child.once('exit', () => resolve())
      child.kill(signal)
    })
  }
}

/** Below the ports that a system gives to whoever names none: no other test's server or connection can take one meanwhile. */
const OWN_PORTS = { from: 20_000, count: 12_000 }

/** A port without a listener, also for a server that ends and comes back. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = OWN_PORTS.from + Math.floor(Math.random() * OWN_PORTS.count)
    if (await canListen(port)) return port
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
