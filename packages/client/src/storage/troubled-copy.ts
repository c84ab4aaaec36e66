import { copyOn } from '../test-support/copies'
import { memoryStore } from './backends/memory'
import { createCopy } from './create-copy'
import type { LocalCopy, LocalWrite } from './local-copy'
import { LocalStoreError, type LocalStoreReason } from './port'

/** For tests: a copy on a disk whose next calls fail, hang, or have room for this many rooms with messages. */
export class TroubledCopy implements LocalCopy {
  readonly kind = 'indexeddb'
  readonly #store = memoryStore()
  readonly #copy = createCopy(this.#store)
  /** What is there, past the trouble. */
  readonly inner = copyOn(this.#store)
  trouble: LocalStoreReason | 'hang' | null = null
  /** Which writes can never be kept. */
  refuse: (write: LocalWrite) => Error | null = () => null
  capacity = Number.POSITIVE_INFINITY
  readonly full = new Set<string>()
  calls: string[] = []
  #hanging: (() => void)[] = []

  userOf: LocalCopy['userOf'] = (scope) => this.#copy.userOf(scope)
  open = (scope: Parameters<LocalCopy['open']>[0]) => this.#do('open', () => this.#copy.open(scope))
  readChunks: LocalCopy['readChunks'] = (roomId, indexes) =>
    this.#do('read', () => this.#copy.readChunks(roomId, indexes))
  refresh = () => this.#do('refresh', () => this.#copy.refresh())
  makeRoom: LocalCopy['makeRoom'] = async (except) => {
    const [rooms, isMade] = [[...this.full], await this.#copy.makeRoom(except)]
    const left = await Promise.all(rooms.map((id) => this.#copy.readChunks(id, [0])))
    for (const [i, id] of rooms.entries()) if (left[i]?.length === 0) this.full.delete(id)
    return isMade
  }
  keepFile: LocalCopy['keepFile'] = (id, file) => this.#do('keep', () => this.#copy.keepFile(id, file))
  readFile: LocalCopy['readFile'] = (id) => this.#do('file', () => this.#copy.readFile(id))
  wipe = () => this.#do('wipe', () => this.#copy.wipe())
  close = () => this.#copy.close()
  write = (write: LocalWrite) =>
    this.#do('write', async () => {
      const refusal = this.refuse(write)
      if (refusal) throw refusal
      const full = new Set(this.full)
      for (const roomId of write.clearRooms ?? []) full.delete(roomId)
      for (const { roomId, messages } of write.chunks ?? []) if (messages.length > 0) full.add(roomId)
      if (full.size > this.capacity) throw new LocalStoreError('quota', 'the disk is full')
      await this.#copy.write(write)
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
