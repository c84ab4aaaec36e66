import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMITS } from './limits'
import { isMetadata, type Json, plainMetadata, plainPayload } from './plain-json'
import { byteLength } from './text'

/** An object `depth` levels deep, built without recursion. */
function nested(depth: number): unknown {
  let value: unknown = {}
  for (let level = 1; level < depth; level++) value = { a: value }
  return value
}

describe('isMetadata', () => {
  it.each([
    ['an empty object', {}],
    ['all kinds of JSON', { a: 1, b: 'x', c: null, d: [true, { e: 1.5 }] }],
    ['the deepest allowed', nested(LIMITS.metadataDepth)],
    [
      'a list longer than the keys that are allowed, after an object',
      { a: { b: 1 }, list: Array(100).fill(0) },
    ],
    ['the same, before it', { list: Array(100).fill(0), a: { b: 1 } }],
  ])('accepts %s', (_name, value) => {
    expect(isMetadata(value)).toBe(true)
  })

  it.each([
    ['null', null],
    ['an array', []],
    ['a string', 'x'],
    ['a level too many', nested(LIMITS.metadataDepth + 1)],
    ['5,000 levels, without overflowing the stack', nested(5_000)],
    ['a key that reaches the prototype', JSON.parse('{"__proto__":{"admin":true}}')],
    ['the same, further in', JSON.parse('{"a":[{"constructor":1}]}')],
    ['Infinity, as JSON.parse makes it of 1e400', JSON.parse('{"a":1e400}')],
    ['NUL in a value', { a: '\u0000' }],
    ['a lone surrogate in a key', { '\ud800': 1 }],
    ['undefined inside', { a: undefined }],
    ['a Date', { a: new Date(0) }],
    [
      'too many keys',
      Object.fromEntries(Array.from({ length: LIMITS.metadataKeys + 1 }, (_, i) => [`k${i}`, 1])),
    ],
    ['too many bytes', { a: 'é'.repeat(LIMITS.metadataBytes / 2) }],
    ['a long array', { a: Array.from({ length: LIMITS.metadataBytes + 1 }, () => 1) }],
  ])('refuses %s', (_name, value) => {
    expect(isMetadata(value)).toBe(false)
  })

  it('leaves Object.prototype alone', () => {
    isMetadata(JSON.parse('{"__proto__":{"polluted":true}}'))
    expect('polluted' in {}).toBe(false)
  })

  it('counts bytes as UTF-8', () => {
    expect(byteLength('aé😀')).toBe(7)
  })
})

/** Like Vue's `reactive`, a MobX observable or an immer draft: every read goes through it. */
function proxied<T extends object>(value: T): T {
  return new Proxy(value, {
    get: (target, key, receiver) => {
      const inner: unknown = Reflect.get(target, key, receiver)
      return typeof inner === 'object' && inner !== null ? proxied(inner) : inner
    },
  })
}

/** Deeper at every read. */
const endless = (): object => new Proxy({ next: 1 }, { get: () => endless() })

describe('plainMetadata', () => {
  const order = { id: 7, lines: [{ item: 'tea', count: 2 }], note: null, '': true }

  it.each<[string, unknown, Json]>([
    ['plain JSON', order, order],
    ['a Proxy', proxied(order), order],
    ['a Date, as its ISO time', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
    ['what has toJSON, as its answer', { amount: { toJSON: () => '1.50' } }, { amount: '1.50' }],
    ['without properties that are undefined', { a: 1, b: undefined }, { a: 1 }],
    ['without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['-0, as JSON has it', { n: -0 }, { n: 0 }],
  ])('copies %s', (_name, value, copy) => {
    const plain = plainMetadata(value)
    expect(plain).toEqual({ ok: true, value: copy })
    expect(structuredClone(plain)).toEqual({ ok: true, value: copy })
  })

  it.each<[string, unknown, string]>([
    ['a BigInt', { order: { n: 1n } }, 'metadata.order.n'],
    ['a function', { onClick: () => 1 }, 'metadata.onClick'],
    ['a symbol', { list: [1, Symbol('x')] }, 'metadata.list.1'],
    ['NaN', { n: Number.NaN }, 'metadata.n'],
    ['Infinity', { n: Number.POSITIVE_INFINITY }, 'metadata.n'],
    ['an invalid date', { at: new Date(Number.NaN) }, 'metadata.at'],
    ['a Map', { users: new Map() }, 'metadata.users'],
    ['an instance of a class', { poll: new (class Poll {})() }, 'metadata.poll'],
    ['bytes', { file: new Uint8Array(3) }, 'metadata.file'],
    ['an error', { error: new Error('x') }, 'metadata.error'],
    ['undefined in a list', { list: [undefined] }, 'metadata.list.0'],
    ['a list with a hole', { list: new Array(2) }, 'metadata.list.0'],
    [
      'a getter that throws',
      {
        a: {
          get b() {
            throw new Error('no')
          },
        },
      },
      'metadata.a.b',
    ],
    [
      'toJSON that throws',
      {
        a: {
          toJSON: () => {
            throw new Error('no')
          },
        },
      },
      'metadata.a',
    ],
    ['a key that reaches the prototype', JSON.parse('{"a":{"__proto__":{}}}'), 'metadata.a.__proto__'],
    ['NUL', { text: 'a\u0000' }, 'metadata.text'],
    ['a list', [1], 'metadata'],
    ['a text', 'text', 'metadata'],
    ['null', null, 'metadata'],
  ])('refuses %s, with its path', (_name, value, field) => {
    expect(plainMetadata(value)).toMatchObject({ ok: false, field })
  })

  it('refuses a cycle at the point where it closes', () => {
    const value: { a: { back?: object }[] } = { a: [{}] }
    value.a[0] = { back: value }
    expect(plainMetadata(value)).toMatchObject({
      ok: false,
      field: 'metadata.a.0.back',
      reason: 'contains itself',
    })
  })

  it('accepts an object that appears in two places', () => {
    const shared = { a: 1 }
    expect(plainMetadata({ x: shared, y: shared })).toMatchObject({
      ok: true,
      value: { x: shared, y: shared },
    })
  })

  it('refuses what is too deep, too many or too large, with the limit', () => {
    expect(plainMetadata(nested(9))).toMatchObject({ field: `metadata${'.a'.repeat(8)}`, limit: 8 })
    expect(plainMetadata(endless())).toMatchObject({ field: `metadata${'.next'.repeat(8)}`, limit: 8 })
    const keys = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, 1]))
    expect(plainMetadata(keys)).toMatchObject({ field: 'metadata', limit: 64 })
    expect(plainMetadata({ a: 'é'.repeat(2_048) })).toMatchObject({ field: 'metadata', limit: 4_096 })
    expect(plainMetadata({ a: 'x'.repeat(9_999) })).toMatchObject({ field: 'metadata.a', limit: 4_096 })
    expect(plainMetadata({ list: new Array(9_999) })).toMatchObject({ field: 'metadata.list', limit: 4_096 })
  })

  it('refuses a Proxy that claims an invalid length, or was revoked', () => {
    const odd = new Proxy([], {
      get: (list, key) => (key === 'length' ? Number.NaN : Reflect.get(list, key)),
    })
    expect(plainMetadata({ odd })).toMatchObject({ ok: false, field: 'metadata.odd' })
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(plainMetadata({ draft: proxy })).toMatchObject({ ok: false, field: 'metadata.draft' })
  })

  it('reads each property once: a getter may answer something else the next time', () => {
    let reads = 0
    const value = {
      get n() {
        return ++reads
      },
    }
    expect(plainMetadata(value)).toEqual({ ok: true, value: { n: 1 } })
  })

  it('returns a frozen copy', () => {
    const plain = plainMetadata({ list: [{ n: 1 }] })
    if (!plain.ok) throw new Error('it is plain')
    const list = plain.value.list as { n: number }[]
    expect(() => list.push({ n: 2 })).toThrow(TypeError)
    expect(() => Object.assign(list[0] ?? {}, { n: 2n })).toThrow(TypeError)
  })

  const anything = fc.object({
    maxDepth: 10,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
    withObjectString: true,
    withNullPrototype: true,
    withUnicodeString: true,
  })

  it('for any value: the server accepts an accepted one unchanged; a refused one has a path', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const plain = plainMetadata(value)
        if (!plain.ok) {
          expect(plain.field).toMatch(/^metadata/)
          return
        }
        expect(isMetadata(plain.value)).toBe(true)
        expect(JSON.parse(JSON.stringify(plain.value))).toEqual(plain.value)
        expect(JSON.stringify(plain.value)).toBe(JSON.stringify(value))
      }),
      { numRuns: 500 },
    )
  })

  it('for JSON values: accepts exactly what the server accepts', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 10 }), (value) => {
        expect(plainMetadata(value).ok).toBe(isMetadata(value))
      }),
      { numRuns: 500 },
    )
  })
})

describe('plainPayload', () => {
  it('copies what fits in one frame, however many keys it has', () => {
    const messages = Array.from({ length: 50 }, (_, i) => ({ clientId: `client-${i}`, metadata: nested(8) }))
    expect(plainPayload(proxied({ roomId: 'r', messages }))).toEqual({
      ok: true,
      value: { roomId: 'r', messages },
    })
  })

  it.each<[string, unknown, object]>([
    ['nothing', undefined, { field: '' }],
    ['a list', [], { field: '' }],
    [
      'metadata by its own limits',
      { name: 'r', metadata: { a: { b: 'x'.repeat(5_000) } } },
      { field: 'metadata.a.b', limit: 4_096 },
    ],
    ['metadata that is none', { metadata: { n: 1n } }, { field: 'metadata.n' }],
    ['more than a frame', { content: 'x'.repeat(70_000) }, { field: 'content', limit: 65_536 }],
    ['what is too deep', { a: nested(12) }, { field: `a${'.a'.repeat(11)}`, limit: 12 }],
  ])('refuses %s', (_name, value, refused) => {
    expect(plainPayload(value)).toMatchObject({ ok: false, ...refused })
  })
})
