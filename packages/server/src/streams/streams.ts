import { LIMITS, type MessageId, type RoomId, type StreamPiece, type UserId } from '@roomful/protocol'
import { FRAME_CHARACTERS, STREAM_FRAMES } from '../costs/prices'
import { Rates } from '../handlers/rates'
import type { TokenBucket } from '../handlers/token-bucket'
import type { Device } from '../hub/device'
import type { Hub } from '../hub/hub'
import { DeltaRelay, type DeltaRelayDeps } from './delta-relay'
import { OpenStreams } from './open-streams'
import { StreamWatch, type StreamWatchDeps } from './stream-watch'

/** The producer writes once a second; the last write may follow at once. */
const WRITES = { perSecond: 2, burst: 3 }
/** Deltas may be this far ahead of what is written: a user who may write no more is not shown by deltas either. */
const UNWRITTEN_MS = 5_000
const LENGTH_MOST = LIMITS.contentCodePoints * 2

export type StreamsDeps = Omit<StreamWatchDeps, 'open' | 'relay' | 'readers' | 'lateReaders' | 'openRooms'> &
  Pick<DeltaRelayDeps, 'clock'> & {
    readonly hub: Hub
    readonly budgets: Rates<UserId>
    /** The app looks at every text before it is shown: then only what was written is. */
    readonly isModerated: boolean
  }

/** The growing messages of a node: who may add to them, what is shown of them, and what becomes of those left alone. */
export class Streams {
  readonly open = new OpenStreams()
  readonly #relay: DeltaRelay
  readonly #watch: StreamWatch
  readonly #writes: Rates<string>

  constructor(private readonly deps: StreamsDeps) {
    const { hub, clock } = deps
    const { open } = this
    const relay = new DeltaRelay({ ...deps, audience: (roomId) => hub.audience(roomId) })
    this.#relay = relay
    this.#writes = new Rates<string>(WRITES, clock)
    this.#watch = new StreamWatch({
      ...deps,
      ...{ open, relay },
      readers: (roomId) => hub.audience(roomId),
      lateReaders: (roomId) => hub.lateReaders(roomId),
      openRooms: () => hub.devices.rooms(),
    })
  }

  /** How often this user may write this message. */
  writesOf(userId: UserId, messageId: MessageId): TokenBucket {
    return this.#writes.of(`${userId} ${messageId}`)
  }

  /** Relays a piece, unless it does not continue a growing message of this user: what is not taken is written later. */
  take(device: Device, roomId: RoomId, piece: StreamPiece): boolean {
    const { hub, budgets, isModerated } = this.deps
    const { messageId, run, offset, text } = piece
    const open = this.open.of(messageId)
    const isTheirs = open?.roomId === roomId && open.senderId === device.userId && open.run === run
    const isMember = device.rooms.has(roomId) || hub.devices.membersOf(roomId).has(device.userId)
    if (!isTheirs || !isMember || open.isClosing || offset > open.length) return false
    if (offset + text.length > LENGTH_MOST) return false
    const now = this.deps.clock.now()
    if (text !== '' && open.unwrittenSince !== undefined && now - open.unwrittenSince >= UNWRITTEN_MS)
      return false
    // Not only when it is sent: the next one continues it.
    this.open.noteDelta(messageId, run, offset + text.length, now)
    const shown = isModerated ? '' : text
    if (shown !== '')
      budgets
        .of(device.userId)
        .spend(hub.audience(roomId) * (STREAM_FRAMES + shown.length / FRAME_CHARACTERS))
    this.#relay.add(roomId, { ...piece, text: shown })
    return true
  }

  stop(): void {
    this.#watch.stop()
  }
}
