import type { Chat } from '../chat'
import type { EngineContext } from '../engine/engine-context'
import { warn } from '../engine/report'
import { ChatError } from '../model/chat-error'
import type { createPersistence } from '../storage/persistence'
import { ignoreRejection, refusalOf, waitFor } from './limits'

/** The default wait of `close({ flush: true })`: as long as one request may take. */
const FLUSH_MS = 10_000

export type Ending = Pick<Chat, 'flush' | 'close' | 'signOut'> & {
  /** Off the screen at once, off the disk when it answers. False: the disk may still have it. */
  wipe(): Promise<boolean>
}

/** How a chat ends: what is unsent goes out first, or is counted; and what is kept of the user, where that is wished. */
export function createEnding(
  engine: EngineContext,
  options: {
    disk: ReturnType<typeof createPersistence> | null
    start(): boolean
    /** Nothing runs any more but the disk. `last` belongs to the last change that listeners see. Once, without it. */
    stop(last?: () => void): void
    /** Nothing at all does. */
    end(): void
  },
): Ending {
  const { store } = engine
  const { disk, start, stop } = options
  let hasWarned = false

  let leaving: Promise<void> | undefined
  let wiping: Promise<boolean> | undefined
  /** Once: a second call ends with the first. What another tab's sign-out is deleting is waited for. */
  const leave = (): Promise<void> => {
    leaving ??= (async () => {
      await wiping
      await disk?.close()
      // Another tab has signed out meanwhile: what was still written goes too.
      if (await wiping) await disk?.close()
      options.end()
    })()
    return leaving
  }

  const flush: Chat['flush'] = (limits = {}) => {
    let isLoaded = false
    const hurry = (): void => {
      isLoaded = true
      store.batch(() => {
        for (const { model } of store.all()) store.dispatch(model.id, { type: 'hurried' })
        store.changed(store.chatTopic)
      })
    }
    // With nothing to send, here or on a disk, no connection is needed.
    if (refusalOf(engine, limits) === null && (disk || store.chat().waiting > 0)) start()
    if (disk) void disk.loaded().then(hurry)
    else hurry()
    const look = () => (isLoaded && store.chat().waiting === 0 ? true : undefined)
    return ignoreRejection(waitFor(engine, limits, look).then(() => {}))
  }

  /** Once, and never the texts: logs are read by others than the room's members. */
  const warnOf = (unsent: number): void => {
    const { status } = store.chat().storage
    if (unsent === 0 || status === 'ok' || hasWarned) return
    hasWarned = true
    const fate = status === 'memory' ? 'nothing keeps' : 'may not be kept'
    warn(
      `closed; messages and changes that are not confirmed, and that ${fate}: ${unsent} (storage: ${status})`,
    )
  }

  const close: Chat['close'] = async ({ flush: isFlushed = false, timeoutMs = FLUSH_MS } = {}) => {
    if (isFlushed) await flush({ timeoutMs }).catch(() => {})
    stop()
    await leave()
    const { unsent } = store.chat()
    warnOf(unsent)
    return { unsent }
  }

  const forget = (): void =>
    store.batch(() => {
      for (const { model } of store.all()) store.dispatch(model.id, { type: 'wiped', keep: () => false })
      store.dispatchChat({ type: 'invitations', invitations: [], asOf: Number.POSITIVE_INFINITY })
    })

  const wipe = (): Promise<boolean> => {
    forget()
    wiping = disk?.wipe() ?? Promise.resolve(true)
    return wiping
  }

  const signOut = async (): Promise<void> => {
    // Only what is open can be deleted.
    disk?.start()
    stop(forget)
    const isGone = (await disk?.wipe()) ?? true
    // `storage` shows the state of the disk.
    store.end(() => {})
    await leave()
    if (!isGone) throw new ChatError('INTERNAL', 'The local copy could not be deleted')
  }

  return { flush, close, signOut, wipe }
}
