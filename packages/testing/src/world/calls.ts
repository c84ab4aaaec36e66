import type { VirtualTime } from './virtual-time'

/** A call whose promise is still open. `limitMs`: the time limit that its app gave it. */
export type OpenCall = { readonly name: string; since: number; limitMs?: number }

/**
 * Every promise that one program of the client returned to its app, until it settles (I22). What it wraps behaves as
 * before: the promises are the client's own.
 */
export class Calls {
  readonly #open = new Map<Promise<unknown>, OpenCall>()
  readonly #standing = new Map<Promise<unknown>, string>()
  #depth = 0

  constructor(
    private readonly time: VirtualTime,
    private readonly onCall: (name: string, promise: Promise<unknown>) => void = () => {},
  ) {}

  /** The app is inside a call: a change now is the app's own doing. */
  get isInside(): boolean {
    return this.#depth > 0
  }

  /** Those that have not settled. */
  get open(): Iterable<OpenCall> {
    return this.#open.values()
  }

  /** The same object; all promises that its methods return are noted under `name`. */
  wrap<T extends object>(target: T, name: string): T {
    const methods = new Map<string | symbol, unknown>()
    return new Proxy(target, {
      get: (_, key) => {
        const known = methods.get(key)
        if (known !== undefined) return known
        const value: unknown = Reflect.get(target, key)
        if (typeof value !== 'function') return value
        const label = `${name}.${String(key)}`
        const method = (...args: unknown[]): unknown =>
          this.#run(label, () => Reflect.apply(value, undefined, args))
        methods.set(key, method)
        return method
      },
    })
  }

  /** The app gave this call a time limit of its own, which replaces that of the client. */
  limited(promise: Promise<unknown>, limitMs: number): void {
    const call = this.#open.get(promise)
    if (call !== undefined) call.limitMs = limitMs
  }

  /** One that may last for as long as the chat does. */
  untilClosed(name: string, promise: Promise<unknown>): void {
    this.#standing.set(promise, name)
    const settled = (): void => void this.#standing.delete(promise)
    promise.then(settled, settled)
  }

  get standing(): Iterable<string> {
    return this.#standing.values()
  }

  isOpen(promise: Promise<unknown>): boolean {
    return this.#open.has(promise) || this.#standing.has(promise)
  }

  /** Of a device that slept: its time stood still. */
  restart(): void {
    for (const call of this.#open.values()) call.since = this.time.now
  }

  #run(name: string, run: () => unknown): unknown {
    this.#depth++
    try {
      const result = run()
      if (result instanceof Promise) this.#note(name, result)
      return result
    } finally {
      this.#depth--
    }
  }

  #note(name: string, promise: Promise<unknown>): void {
    if (this.#open.has(promise)) return
    this.#open.set(promise, { name, since: this.time.now })
    const settled = (): void => void this.#open.delete(promise)
    promise.then(settled, settled)
    this.onCall(name, promise)
  }
}
