import type { User } from '@roomful/protocol'
import type { ChatStore } from '../engine/chat-store'
import type { OutboxSequence } from '../engine/outbox-sequence'
import { attempt, type Report } from '../engine/report'
import type { FileCopies } from '../engine/upload-runner'
import type { ChatOptions } from '../options'
import type { Clock } from '../platform/clock'
import type { RunClock } from '../platform/steady-clock'
import type { TabsLink } from '../tabs/lazy-tabs'
import { startWritingRooms, stopWritingRooms } from '../tabs/take-over'
import type { CopySource, LocalCopy } from './local-copy'
import { createRestorer } from './restorer'
import { withTimeout } from './with-timeout'
import { createWriter } from './writer'

/** What survives a reload, as the rest sees it. */
type Persistence = {
  start(): void
  loaded(): Promise<void>
  onToken(token: string): void
  onUser(user: User, epoch: string): Promise<void>
  readChunks: LocalCopy['readChunks']
  readonly files: FileCopies
  /** Does this tab write rows? */
  writesRows(): boolean
  /** The tab is visible again. */
  woken(): void
  wipe(): Promise<boolean>
  close(): Promise<void>
}

/** As much as is kept of a file, from a slow disk. */
const READ_FILE_MS = 20_000

/** The store that the app chose; IndexedDB if it exists; otherwise only memory. */
export function copyFor(storage: ChatOptions['storage'], clock: Clock): CopySource | null {
  if (storage === 'memory') return null
  const code = () => import('./on-disk')
  if (storage !== undefined)
    return { kind: storage.kind, load: async () => (await code()).createCopy(storage) }
  if (typeof indexedDB === 'undefined') return null
  const load = async (): Promise<LocalCopy> => {
    const { createCopy, indexedDbStore } = await code()
    return createCopy(indexedDbStore({ clock }))
  }
  return { kind: 'indexeddb', load }
}

/** A tab on its own whose user types is the one that is looked at: it writes the rows, and with them the drafts. */
const TYPING_MS = 5_000

export function createPersistence(options: {
  source: CopySource
  tabs: TabsLink | null
  store: ChatStore
  clock: RunClock
  /** Of the disk's own time limits, which hold after the end too: it may be asked to delete once more. */
  storeClock: Clock
  url: string
  userId: string | undefined
  token(): Promise<string>
  sequence: OutboxSequence
  report: Report
}): Persistence {
  const { tabs, store, clock, storeClock } = options
  const load = async (): Promise<LocalCopy> => {
    const own = await options.source.load()
    return (await tabs?.share(own)) ?? own
  }
  /** A tab on its own writes rows until another one does, and again when it is visible. */
  let hasLostWriter = false
  const writesRows = (): boolean => tabs?.writesRows() ?? !hasLostWriter
  /** When drafts were typed here, by room: of those that the disk may not have, or not from another tab. */
  const typedAt = new Map<string, number>()

  const writer = createWriter({
    source: { kind: options.source.kind, load },
    store,
    clock,
    storeClock,
    writesRows,
    onReopened: (snapshot) => {
      if (snapshot.rewritten && writesRows()) startWritingRooms(store, snapshot)
      restorer.onReopened(snapshot)
    },
    onLostWriter: () => {
      if (tabs) return tabs.lostWriter()
      hasLostWriter = true
      stopWritingRooms(store)
      for (const [id, at] of typedAt) if (clock.now() - at > TYPING_MS) typedAt.delete(id)
      if (typedAt.size > 0) wake()
    },
  })
  const restorer = createRestorer({ ...options, writer })

  async function becomeWriterAgain(): Promise<void> {
    const snapshot = await writer.copy().refresh()
    hasLostWriter = false
    startWritingRooms(store, snapshot, (id) => typedAt.has(id))
  }

  // The writer handles a disk that does not answer, and this is tried again at the next sign.
  const wake = (): void => {
    if (hasLostWriter) attempt(becomeWriterAgain, () => {})
  }

  if (tabs === null)
    store.watch((before, after, event) => {
      if (event.type !== 'draft' || before.view.draft === after.view.draft) return
      typedAt.set(after.id, clock.now())
      wake()
    })

  const late = 'the file was not read in time'
  const files: FileCopies = {
    keep: async (clientId, file) => writer.copy().keepFile(clientId, file),
    read: async (clientId) => withTimeout(storeClock, READ_FILE_MS, writer.copy().readFile(clientId), late),
  }

  return {
    ...restorer,
    files,
    readChunks: writer.readChunks,
    writesRows,
    woken: wake,
  }
}
