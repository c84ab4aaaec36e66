import { memoryStore } from '../adapters/memory-store'
import {
  type LocalStore,
  LocalStoreError,
  type LocalStoreReason,
  type LocalWrite,
} from '../ports/local-store'

/** For tests: a disk whose next calls fail, hang, or have room for so many rooms with messages. */
export class TroubledStore implements LocalStore {
  readonly kind = 'indexeddb'
  readonly inner = memoryStore()
  trouble: LocalStoreReason | 'hang' | null = null
  /** Which writes can never be kept. */
  refuse: (write: LocalWrite) => Error | null = () => null
  capacity = Number.POSITIVE_INFINITY
  readonly full = new Set<string>()
  calls: string[] = []
  #hanging: (() => void)[] = []

  open = (scope: Parameters<LocalStore['open']>[0]) => this.#do('open', () => this.inner.open(scope))
  readChunks: LocalStore['readChunks'] = (roomId, indexes) =>
    this.#do('read', () => this.inner.readChunks(roomId, indexes))
  wipe = () => this.#do('wipe', () => this.inner.wipe())
  close = () => this.inner.close()
  write = (write: LocalWrite) =>
    this.#do('write', async () => {
      const refusal = this.refuse(write)
      if (refusal) throw refusal
      const full = new Set(this.full)
      for (const roomId of write.clearRooms ?? []) full.delete(roomId)
      for (const { roomId, messages } of write.chunks ?? []) if (messages.length > 0) full.add(roomId)
      if (full.size > this.capacity) throw new LocalStoreError('quota', 'the disk is full')
      await this.inner.write(write)
      this.full.clear()
      for (const roomId of full) this.full.add(roomId)
    })

  letGo(trouble: LocalStoreReason | null = null): void {
    this.trouble = trouble
    for (const go of this.#hanging.splice(0)) go()
  }

  async #do<T>(name: string, call: () => Promise<T>): Promise<T> {
    this.calls.push(name)
    if (this.trouble === 'hang') await new Promise<void>((resolve) => this.#hanging.push(resolve))
    const { trouble } = this
    if (trouble !== null && trouble !== 'hang')
      throw new LocalStoreError(trouble, `made by the test: ${trouble}`)
    return await call()
  }
}
