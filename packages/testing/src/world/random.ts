/** A deterministic random source (sfc32), split by name so that one subsystem's draws never shift another's. */
export class Random {
  #a: number
  #b: number
  #c: number
  #d = 1

  constructor(private readonly name: string) {
    let h = 0x811c9dc5
    for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193)
    this.#a = h
    this.#b = Math.imul(h ^ (h >>> 15), 0x85ebca6b)
    this.#c = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    // Similar names start similarly: a few rounds separate them.
    for (let i = 0; i < 12; i++) this.#bits()
  }

  /** The source of a part: it depends only on the names, not on earlier draws. */
  split(part: string): Random {
    return new Random(`${this.name}/${part}`)
  }

  /** Uniform in [0, 1). */
  next(): number {
    return (this.#bits() >>> 0) / 0x1_0000_0000
  }

  /** Uniform in 0..n-1. */
  int(n: number): number {
    return Math.floor(this.next() * n)
  }

  /** Whole, uniform in from..to. */
  range(from: number, to: number): number {
    return from + this.int(to - from + 1)
  }

  chance(p: number): boolean {
    return p > 0 && this.next() < p
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.int(items.length)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }

  /** One of the names, in proportion to its weight. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries<number>(weights) as [K, number][]
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [name, weight] of entries) {
      left -= weight
      if (left < 0) return name
    }
    throw new RangeError('nothing has weight')
  }

  #bits(): number {
    const t = (this.#a + this.#b + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (this.#c << 21) | (this.#c >>> 11)
    this.#c = (this.#c + t) | 0
    return t
  }
}
