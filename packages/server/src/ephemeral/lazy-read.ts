import type { EphemeralReader, EphemeralStore } from './ephemeral-store'

/** A read that begins with the first query: most reads concern kept rooms, and must cost nothing here. */
export class LazyRead {
  readonly #isOver: Promise<void>
  #end: () => void = () => {}
  #reader: Promise<EphemeralReader> | undefined
  #read: Promise<void> = Promise.resolve()

  constructor(private readonly store: Pick<EphemeralStore, 'read'>) {
    this.#isOver = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  reader(): Promise<EphemeralReader> {
    this.#reader ??= new Promise((resolve, reject) => {
      this.#read = this.store
        .read((reader) => {
          resolve(reader)
          return this.#isOver
        })
        .catch(reject)
    })
    return this.#reader
  }

  /** Resolves when it has ended. */
  async end(): Promise<void> {
    this.#end()
    await this.#read
  }
}
