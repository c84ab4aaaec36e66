import type { Random } from '../../world/random'

class Money {
  constructor(readonly amount: number) {}
  get isMuch(): boolean {
    return this.amount > 100
  }
}

/** Values that apps put into metadata without thinking of JSON, each made anew. */
const ODD_VALUES: readonly (() => unknown)[] = [
  () => ({ n: 1n }),
  () => {
    const cycle: Record<string, unknown> = { name: 'cycle' }
    cycle.self = cycle
    return cycle
  },
  () => ({ deep: { list: [{ n: 2n }] } }),
  () => ({ run: () => 'called' }),
  () => ({ symbol: Symbol('odd') }),
  () => ({ at: new Date(0) }),
  () => ({ at: new Date(Number.NaN) }),
  () => ({ price: new Money(5) }),
  () => new Money(7),
  () => ({ map: new Map([['a', 1]]), set: new Set([1]) }),
  () => new Proxy({ n: 1, nested: { a: 'b' } }, {}),
  () => ({ proxied: new Proxy([1, 2], {}) }),
  () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return { proxy }
  },
  () => ({ missing: undefined, there: 1 }),
  () => ({ n: Number.NaN, much: Number.POSITIVE_INFINITY }),
  () => ({
    get boom(): never {
      throw new Error('a getter of the app')
    },
  }),
  () => ({
    toJSON: () => {
      throw new Error('a toJSON of the app')
    },
  }),
  () => ({ bytes: new Uint8Array([1, 2]) }),
  () => ({ error: new Error('an error as a value') }),
  () => ({ promise: Promise.resolve(1) }),
  () => ({ long: 'x'.repeat(10_000) }),
  () => Array.from({ length: 12 }).reduce<unknown>((inner) => ({ inner }), 'deep'),
  () => [1, 2, 3],
  () => 'a text',
  () => null,
  () => 12,
  () => ({ half: '\ud800' }),
  () => JSON.parse('{"__proto__":{"odd":true}}'),
  () => Object.create({ inherited: 1 }),
  () => Object.assign(Object.create(null), { bare: 1 }),
]

export const oddValue = (random: Random): unknown => random.pick(ODD_VALUES)()

/** Its JSON, if it has one. */
export function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
