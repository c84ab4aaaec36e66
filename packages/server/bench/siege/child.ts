import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process of the siege. It answers each request with one message, and its start with the first. */
export class Child {
  exit: string | undefined

  private constructor(
    private readonly file: string,
    private readonly process: ChildProcess,
  ) {
    process.once('exit', (code, signal) => {
      this.exit = `${file} ended with ${code ?? signal}`
    })
  }

  static async start<T>(
    file: string,
    args: readonly string[],
    node: readonly string[] = [],
  ): Promise<{ child: Child; first: T }> {
    const path = fileURLToPath(new URL(`${file}.ts`, import.meta.url))
    const child = new Child(file, fork(path, args, { execArgv: ['--import', 'tsx', ...node] }))
    return { child, first: await child.#next<T>() }
  }

  ask<T>(word: string): Promise<T> {
    const answer = this.#next<T>()
    this.process.send(word)
    return answer
  }

  async end(): Promise<void> {
    if (this.exit !== undefined) return
    const ended = once(this.process, 'exit')
    this.process.kill('SIGKILL')
    await ended
  }

  #next<T>(): Promise<T> {
    return new Promise((resolve, reject) => {
      const onExit = (): void => reject(new Error(this.exit ?? `${this.file} ended`))
      this.process.once('exit', onExit)
      this.process.once('message', (answer: T) => {
        this.process.off('exit', onExit)
        resolve(answer)
      })
    })
  }
}

/** In the child: answers each message of its parent, and ends without a parent. */
export function answerParent(first: unknown, answer: (word: string) => unknown): void {
  process.on('message', async (word: string) => process.send?.((await answer(word)) ?? null))
  process.on('disconnect', () => process.exit())
  process.send?.(first)
}
