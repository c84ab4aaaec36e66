import { type Disk, realDisk } from './files'

/**
 * A real disk under a process that dies at its `crashAt`-th call: half of that append arrives, and nothing after.
 * `failAt` instead: only that call fails, or so many from it on, with this code, as on a full or failing disk.
 */
export function troubledDisk(trouble: {
  crashAt?: number
  failAt?: number
  failures?: number
  code?: string
}): {
  disk: Disk
  calls: () => number
} {
  const { crashAt = Number.POSITIVE_INFINITY, failAt = Number.POSITIVE_INFINITY, code = 'EIO' } = trouble
  const { failures = 1 } = trouble
  let calls = 0

  async function around(target: object, name: string, args: unknown[]): Promise<unknown> {
    const method: unknown = Reflect.get(target, name)
    if (typeof method !== 'function') throw new Error(`no such call: ${name}`)
    calls++
    // A dying process loses no page that the kernel has: syncs are counted and left out, which is 20 times faster.
    if (calls < crashAt && (calls < failAt || calls >= failAt + failures))
      return /sync$/.test(name) ? undefined : Reflect.apply(method, target, args)
    const [bytes] = args
    if (name === 'appendFile' && Buffer.isBuffer(bytes) && (calls === crashAt || calls === failAt))
      await Reflect.apply(method, target, [bytes.subarray(0, bytes.length / 2)])
    throw Object.assign(new Error(`made by the test at call ${calls}`), { code })
  }

  const wrapped = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(_, name) {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function' || typeof name !== 'string') return value
        // The end of a process closes files too.
        if (name === 'close') return value.bind(target)
        return async (...args: unknown[]) => {
          const result = await around(target, name, args)
          return name === 'open' && typeof result === 'object' && result !== null ? wrapped(result) : result
        }
      },
    })

  return { disk: wrapped({ ...realDisk }), calls: () => calls }
}
