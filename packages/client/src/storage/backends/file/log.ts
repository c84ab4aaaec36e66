import type { FileHandle } from 'node:fs/promises'
import { type LocalBatch, type LocalPath, type LocalRecord, LocalStoreError } from '../../port'
import { below, checkExpected, parse, pathOf, textOf, textsOf } from '../records'
import { isMissing } from './failure'
import { type Disk, FILE_MODE, inFolder, namesIn, syncFolder } from './files'
import { type Places, readLog } from './read-log'
import { readVersion1, removeVersion1 } from './version-1'

/** Large enough that it is rarely rewritten, small enough to scan in a few ms at the start. */
export const LOG_BYTES = 1_000_000

/**
 * The records of one storage space, appended to one file. Memory holds where each value is, not the value. When most of
 * the file is obsolete, it is rewritten under the next generation, whose name makes it replace the old one.
 */
export class Log {
  #handle: FileHandle | null = null
  /** The rooms have to be cleared, because a part of their records is gone; `reported`: and the caller knows. */
  #damage: 'none' | 'found' | 'reported' = 'none'

  private constructor(
    private readonly disk: Disk,
    private readonly folder: string,
    private readonly logBytes: number,
    private places: Places,
    private size: number,
    private generation: number,
  ) {}

  static async open(disk: Disk, folder: string, logBytes: number): Promise<Log> {
    const generation = Math.max(0, ...(await generationsIn(disk, folder)))
    const bytes = generation > 0 ? await readBytes(disk, logPath(folder, generation)) : Buffer.alloc(0)
    const { places, size, isDamaged } = readLog(bytes)
    const log = new Log(disk, folder, logBytes, places, size, generation)
    try {
      if (isDamaged) {
        log.#damage = 'found'
        // No crash causes this. Unsent messages may be recovered from the copy by hand.
        await disk.writeFile(inFolder(folder, 'records.damaged'), bytes, { mode: FILE_MODE })
      }
      if (generation === 0) await log.#import()
      else await log.#openFile()
      await log.#removeOld()
      return log
    } catch (error) {
      await log.close()
      throw error
    }
  }

  get isOpen(): boolean {
    return this.#handle !== null
  }

  async load(paths: readonly LocalPath[]): Promise<readonly LocalRecord[]> {
    const handle = this.#opened()
    if (this.#damage === 'found' && paths.some(([table]) => table === 'rooms')) {
      this.#damage = 'reported'
      throw new LocalStoreError('corrupt', 'a part of the records was unreadable')
    }
    const { places } = this
    const texts = paths.flatMap((path) => below(places.keys(), (text) => places.has(text), path))
    return await Promise.all(
      texts.map(async (text): Promise<LocalRecord> => [pathOf(text), parse(await this.#text(handle, text))]),
    )
  }

  /** Appended at once, and kept whole, or not at all if the disk refuses. */
  async save(batch: LocalBatch): Promise<void> {
    const handle = this.#opened()
    const { expect, remove = [], durable } = batch
    const put = textsOf(batch)
    if (expect) checkExpected(expect, await this.#text(handle, textOf(expect[0])))
    const { bytes, starts } = batchBytes(
      remove.map((path) => textOf(path)),
      put,
    )
    try {
      await handle.appendFile(bytes)
      if (durable) await handle.datasync()
    } catch (error) {
      await this.#takeBack(handle)
      throw error
    }
    for (const path of remove)
      for (const text of below(this.places.keys(), (one) => this.places.has(one), path))
        this.places.delete(text)
    for (const [text, start] of starts)
      this.places.set(text, { at: this.size + start.at, length: start.length })
    this.size += bytes.length
    const isMended =
      this.#damage === 'reported' && remove.some(([table, key]) => table === 'rooms' && key === undefined)
    if (isMended) this.#damage = 'none'
    if (isMended || this.size > Math.max(this.logBytes, 2 * this.#counting()))
      await this.#rewrite(this.#values(handle))
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = null
    await handle?.close()
  }

  #opened(): FileHandle {
    if (this.#handle === null)
      throw new LocalStoreError('unavailable', `the records in ${this.folder} are closed`)
    return this.#handle
  }

  async #text(handle: FileHandle, text: string): Promise<string | undefined> {
    const place = this.places.get(text)
    if (place === undefined) return undefined
    const { buffer } = await handle.read(Buffer.alloc(place.length), 0, place.length, place.at)
    return buffer.toString('utf8')
  }

  #counting(): number {
    let bytes = 0
    for (const { length } of this.places.values()) bytes += length
    return bytes
  }

  /** Cuts off what a failed append left. If that fails too, every call is refused until the space is opened again. */
  async #takeBack(handle: FileHandle): Promise<void> {
    try {
      await handle.truncate(this.size)
    } catch {
      await this.close()
    }
  }

  async *#values(handle: FileHandle): AsyncGenerator<readonly [string, string]> {
    for (const text of [...this.places.keys()]) {
      const value = await this.#text(handle, text)
      if (value !== undefined) yield [text, value]
    }
  }

  async #import(): Promise<void> {
    await this.#rewrite(readVersion1(this.disk, this.folder))
  }

  /** Writes a new file, and switches to it once it is whole on the disk. */
  async #rewrite(values: AsyncIterable<readonly [string, string]>): Promise<void> {
    const { disk, folder } = this
    const next = this.generation + 1
    const path = logPath(folder, next)
    const places: Places = new Map()
    let size = 0
    const fresh = await disk.open(`${path}.new`, 'w', FILE_MODE)
    try {
      for await (const [text, value] of values) {
        const { bytes, starts } = batchBytes([], new Map([[text, value]]))
        await fresh.appendFile(bytes)
        for (const [key, { at, length }] of starts) places.set(key, { at: size + at, length })
        size += bytes.length
      }
      await fresh.datasync()
    } finally {
      await fresh.close()
    }
    await disk.rename(`${path}.new`, path)
    await syncFolder(disk, folder)
    const old = this.#handle
    this.#handle = null
    await old?.close()
    this.places = places
    this.size = size
    this.generation = next
    await this.#openFile()
    await this.#removeOld()
  }

  async #openFile(): Promise<void> {
    const handle = await this.disk.open(logPath(this.folder, this.generation), 'a+', FILE_MODE)
    try {
      // What a crash tore off was never confirmed.
      await handle.truncate(this.size)
    } catch (error) {
      await handle.close()
      throw error
    }
    this.#handle = handle
  }

  async #removeOld(): Promise<void> {
    for (const generation of await generationsIn(this.disk, this.folder))
      if (generation !== this.generation)
        await this.disk.rm(logPath(this.folder, generation), { force: true })
    await removeVersion1(this.disk, this.folder)
  }
}

/** A header line with the byte lengths, and then each value on its own line. JSON has no line breaks. */
function batchBytes(
  remove: readonly string[],
  put: ReadonlyMap<string, string>,
): { bytes: Buffer; starts: Places } {
  const values = [...put].map(([text, value]) => [text, Buffer.from(`${value}\n`)] as const)
  const header = { put: values.map(([text, value]) => [text, value.length - 1]), remove }
  const head = Buffer.from(`${JSON.stringify(header)}\n`)
  const starts: Places = new Map()
  let at = head.length
  for (const [text, value] of values) {
    starts.set(text, { at, length: value.length - 1 })
    at += value.length
  }
  return { bytes: Buffer.concat([head, ...values.map(([, value]) => value)]), starts }
}

const logPath = (folder: string, generation: number): string => inFolder(folder, `records.${generation}.log`)

async function generationsIn(disk: Disk, folder: string): Promise<number[]> {
  return (await namesIn(disk, folder)).flatMap((name) => {
    const [, generation] = /^records\.(\d+)\.log$/.exec(name) ?? []
    return generation === undefined ? [] : [Number(generation)]
  })
}

async function readBytes(disk: Disk, path: string): Promise<Buffer> {
  try {
    return await disk.readFile(path)
  } catch (error) {
    if (isMissing(error)) return Buffer.alloc(0)
    throw error
  }
}
