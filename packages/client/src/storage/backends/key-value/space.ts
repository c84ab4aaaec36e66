import { type LocalBatch, type LocalPath, type LocalRecord, LocalStoreError } from '../../port'
import { below, checkExpected, parse, pathOf, textOf, textsOf } from '../records'
import { getMany, type KeyValueStorage, removeMany, setMany } from './storage'
import { importDirectory, importVersion1 } from './version-1'

/**
 * The valid values: the key of each record's value, by its path. Values are never overwritten: a batch writes new ones
 * under the next generation and then replaces this one item, which makes the whole batch valid at once.
 */
type Index = {
  readonly generation: number
  readonly keys: ReadonlyMap<string, string>
  /** Obsolete keys that may still exist. */
  readonly garbage: readonly string[]
}

const EMPTY: Index = { generation: 0, keys: new Map(), garbage: [] }

/** One storage space: items under one prefix, `index`, and `<generation>:<n>` for the values. */
export class Space {
  #index: Index = EMPTY
  /** Never used twice, not even after a failed batch: its values may exist. */
  #generation = 0
  #isOpen = true
  #isDamaged = false

  private constructor(
    private readonly storage: KeyValueStorage,
    private readonly prefix: string,
  ) {}

  static async open(storage: KeyValueStorage, prefix: string): Promise<Space> {
    const space = new Space(storage, prefix)
    await space.#load()
    return space
  }

  async load(paths: readonly LocalPath[]): Promise<readonly LocalRecord[]> {
    this.#check()
    const { keys } = this.#index
    const texts = paths.flatMap((path) => below(keys.keys(), (text) => keys.has(text), path))
    const values = await getMany(
      this.storage,
      texts.map((text) => this.#key(keys.get(text))),
    )
    const found = texts.map(
      (text): LocalRecord => [pathOf(text), parse(values.get(this.#key(keys.get(text))))],
    )
    // Once: what was lost with the index is unreadable.
    if (!this.#isDamaged || paths.every(([table]) => table !== 'meta')) return found
    this.#isDamaged = false
    return [...found, [['meta', 'meta'], undefined]]
  }

  async save(batch: LocalBatch): Promise<void> {
    this.#check()
    const { expect, remove = [] } = batch
    const put = textsOf(batch)
    if (expect) {
      const key = this.#index.keys.get(textOf(expect[0]))
      const found = key === undefined ? null : await this.storage.getItem(this.#key(key))
      checkExpected(expect, found ?? undefined)
    }
    const generation = ++this.#generation
    const keys = new Map(this.#index.keys)
    const garbage: string[] = []
    const drop = (text: string): void => {
      const key = keys.get(text)
      if (key !== undefined) garbage.push(key)
      keys.delete(text)
    }
    for (const path of remove) for (const text of below(keys.keys(), (one) => keys.has(one), path)) drop(text)
    const items: [string, string][] = []
    for (const [text, value] of put) {
      drop(text)
      const key = `${generation}:${items.length}`
      keys.set(text, key)
      items.push([this.#key(key), value])
    }
    try {
      await setMany(this.storage, items)
      await this.#replaceIndex({ generation, keys, garbage: [...this.#index.garbage, ...garbage] })
    } catch (error) {
      const made = [...put.keys()].map((_, i) => `${generation}:${i}`)
      this.#index = { ...this.#index, garbage: [...this.#index.garbage, ...made] }
      throw error
    }
    await this.#removeGarbage()
  }

  async erase(): Promise<void> {
    const { keys, garbage } = this.#index
    const all =
      (await this.#allKeys()) ?? [...keys.values(), ...garbage, 'damaged'].map((key) => this.#key(key))
    // The index last: while it exists, an interrupted wipe can resume.
    await removeMany(
      this.storage,
      all.filter((key) => key !== this.#indexKey),
    )
    await this.storage.removeItem(this.#indexKey)
    this.close()
  }

  close(): void {
    this.#isOpen = false
  }

  #check(): void {
    if (!this.#isOpen) throw new LocalStoreError('unavailable', 'the space is closed')
  }

  async #load(): Promise<void> {
    const text = await this.storage.getItem(this.#indexKey)
    if (text === null) return await this.#import()
    const index = readIndex(parse(text))
    if (index === undefined) {
      // Copied aside: unsent messages may be recovered from it by hand.
      await this.storage.setItem(this.#key('damaged'), text)
      this.#isDamaged = true
    }
    this.#index = index ?? EMPTY
    this.#generation = this.#index.generation
    if (index) await this.#cleanUp()
  }

  /** Converts the previous layout to this one in one step; values that can stay where they are do. */
  async #import(): Promise<void> {
    const old =
      (await importVersion1(this.storage, this.prefix)) ?? (await importDirectory(this.storage, this.prefix))
    if (old === null) return
    this.#generation = old.generation
    this.#index = { generation: old.generation, keys: old.keys, garbage: [] }
    await this.save({ put: old.records })
    await removeMany(this.storage, old.obsolete)
  }

  async #replaceIndex(index: Index): Promise<void> {
    await this.storage.setItem(this.#indexKey, JSON.stringify({ ...index, keys: [...index.keys] }))
    // From here on it is valid, all of it.
    this.#index = index
  }

  /** Removes values of a batch that never became valid, if the storage can list them. */
  async #cleanUp(): Promise<void> {
    const all = await this.#allKeys()
    if (all === undefined) return await this.#removeGarbage()
    const counted = new Set(['index', 'damaged', ...this.#index.keys.values()].map((key) => this.#key(key)))
    await removeMany(
      this.storage,
      all.filter((key) => !counted.has(key)),
    )
  }

  async #allKeys(): Promise<string[] | undefined> {
    const keys = await this.storage.getAllKeys?.()
    return keys?.filter((key) => key.startsWith(this.prefix))
  }

  async #removeGarbage(): Promise<void> {
    try {
      await removeMany(
        this.storage,
        this.#index.garbage.map((key) => this.#key(key)),
      )
      this.#index = { ...this.#index, garbage: [] }
    } catch {
      // It costs only space; the next batch tries again.
    }
  }

  get #indexKey(): string {
    return this.#key('index')
  }

  #key(key: string | undefined): string {
    return `${this.prefix}${key ?? ''}`
  }
}

function readIndex(value: unknown): Index | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { generation, keys, garbage } = value as Record<string, unknown>
  if (typeof generation !== 'number' || !Array.isArray(keys) || !Array.isArray(garbage)) return undefined
  const map = new Map<string, string>()
  for (const pair of keys) {
    const [path, key]: unknown[] = Array.isArray(pair) ? pair : []
    if (typeof path !== 'string' || typeof key !== 'string') return undefined
    map.set(path, key)
  }
  return { generation, keys: map, garbage: garbage.filter((key) => typeof key === 'string') }
}
