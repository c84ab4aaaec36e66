import type {
  Change,
  ClientId,
  Delta,
  FetchHistoryAck,
  FetchMembersAck,
  Head,
  Message,
  Pin,
  Preview,
  RoomListItem,
  Room as RoomRow,
  StreamPiece,
} from '@roomful/protocol'
import type { ChatError } from '../chat-error'
import type { Command, Entry, Wanted } from '../outbox/entry'
import type { UploadStep } from '../outbox/upload-progress'
import type { Produced } from '../rows/growing-text'
import type { Range } from '../rows/timeline'
import type { PageWant } from '../view/view-place'
import type { RoomConnection } from './room-model'

/** How one entry of a request was answered. */
export type EntryAnswer =
  | { readonly id: ClientId; readonly row: Message | null }
  /** A read: the server's cursor and unread count. */
  | { readonly id: ClientId; readonly read: { readonly seq: number; readonly unread: number } }
  | { readonly id: ClientId; readonly error: ChatError }

/** What a local store kept of a room. The rows of `ranges` stay on disk until they are read. */
export type Restored = {
  readonly cursor: number
  readonly lastSeq: number
  readonly ranges: readonly Range[]
  readonly lastReadSeq: number
  readonly floorSeq: number
  readonly pins?: readonly Pin[]
  readonly draft: string
  readonly usedAt: number
}

/**
 * Everything that can happen to a room. Time (`now`, ms), chance (`random`, uniform in [0, 1)) and ids come in with it,
 * so that the same events always end in the same state.
 */
export type RoomEvent =
  // The connection, and whose it is.
  | { readonly type: 'connection'; readonly connection: RoomConnection }
  /** The device has woken, or the tab is visible again: nothing waits longer than the server asked for. */
  | { readonly type: 'woken' }
  | { readonly type: 'identified'; readonly me: string; readonly name: string }
  | { readonly type: 'epoch-changed' }
  // What the app wants.
  /** `usedAt`: higher than that of any room opened before. */
  | { readonly type: 'opened'; readonly now: number; readonly usedAt: number }
  | { readonly type: 'closed' }
  | { readonly type: 'page-wanted'; readonly want: PageWant }
  | { readonly type: 'viewed'; readonly anchor: number | null }
  | { readonly type: 'jumped'; readonly seq: number | null }
  | { readonly type: 'draft'; readonly text: string }
  // What the server sends.
  /** `asOf`: see `pushedAsOf`. `added`: the user has come into the room just now. */
  | {
      readonly type: 'listed'
      readonly item: RoomListItem
      readonly asOf: number
      readonly added?: true
      readonly now: number
    }
  | {
      readonly type: 'activity'
      readonly rev: number
      readonly lastSeq: number
      readonly lastReadSeq: number
      readonly unread: number
      readonly preview: Preview | null
      readonly memberCount?: number
      /** Where the row may have changed. */
      readonly room?: RoomRow
      readonly now: number
    }
  | { readonly type: 'removed'; readonly error: ChatError; readonly asOf: number }
  /** `seq`: see `hiddenSeq`. */
  | { readonly type: 'hidden'; readonly seq: number; readonly asOf: number }
  | { readonly type: 'join-asked' }
  | { readonly type: 'joined'; readonly isIn: boolean }
  | {
      readonly type: 'join-failed'
      readonly error: ChatError | null
      readonly now: number
      readonly random: number
    }
  | { readonly type: 'changes'; readonly changes: readonly Change[]; readonly now: number }
  | { readonly type: 'deltas'; readonly deltas: readonly StreamPiece[] }
  | { readonly type: 'head'; readonly head: Head; readonly now: number }
  | { readonly type: 'reads'; readonly reads: Readonly<Record<string, number>> }
  | {
      readonly type: 'typing'
      readonly userId: string
      readonly name: string
      readonly avatarUrl?: string
      readonly until: number
      readonly now: number
    }
  // Requests and their ends.
  | { readonly type: 'sync-asked' }
  | {
      readonly type: 'sync-answered'
      readonly no: number
      readonly delta: Delta
      readonly now: number
      readonly random: number
    }
  | { readonly type: 'page-asked' }
  | {
      readonly type: 'page-answered'
      readonly no: number
      readonly page: FetchHistoryAck
      readonly now: number
      readonly random: number
    }
  | { readonly type: 'reload-asked' }
  | {
      readonly type: 'reloaded'
      readonly no: number
      readonly asked: readonly number[]
      readonly chunks: readonly { readonly index: number; readonly messages: readonly Message[] }[]
    }
  | { readonly type: 'members-wanted'; readonly limit: number }
  | { readonly type: 'members-asked' }
  | {
      readonly type: 'members-answered'
      readonly no: number
      readonly page: FetchMembersAck
      readonly now: number
      readonly random: number
    }
  | {
      readonly type: 'request-failed'
      readonly no: number
      readonly error: ChatError | null
      readonly now: number
      readonly random: number
    }
  // The outbox.
  | {
      readonly type: 'enqueued'
      readonly command: Command
      readonly order: number
      readonly problem?: ChatError
    }
  /** What a producer here has of its message by now; null: it has ended. */
  | { readonly type: 'produced'; readonly clientId: string; readonly produced: Produced | null }
  /** Read cursors wait for no higher one. */
  | { readonly type: 'hurried' }
  | { readonly type: 'stored'; readonly ids: readonly string[] }
  /** Their content can never be written to the disk. */
  | { readonly type: 'unstorable'; readonly ids: readonly string[] }
  | { readonly type: 'picked'; readonly ids: readonly string[] }
  | {
      readonly type: 'answered'
      readonly answers: readonly EntryAnswer[]
      readonly now: number
      readonly random: number
    }
  /** No answer came, or the request was refused as a whole for now: all of it is tried again, later. */
  | {
      readonly type: 'unanswered'
      readonly ids: readonly string[]
      readonly error: ChatError | null
      readonly now: number
      readonly random: number
    }
  /** They have waited longer than the app allows. */
  | { readonly type: 'expired'; readonly ids: readonly string[] }
  | { readonly type: 'upload'; readonly id: string; readonly step: UploadStep }
  | { readonly type: 'retried'; readonly id: string; readonly wanted: Wanted }
  | { readonly type: 'cancelled'; readonly id: string }
  // The local store, and time.
  /** `after`: the last place in the outbox that is taken on the disk. */
  | {
      readonly type: 'restored'
      readonly room: Restored | null
      readonly entries: readonly Entry[]
      readonly after: number
    }
  /** This tab sends what a tab that died left unsent. */
  | { readonly type: 'entries-adopted'; readonly entries: readonly Entry[] }
  /** This tab writes the rows from now on; `room`: what another tab wrote of it. */
  | { readonly type: 'became-writer'; readonly room: Restored | null }
  /** Another tab writes the rows from now on. */
  | { readonly type: 'lost-writer' }
  /** Nothing of this user stays in memory but the entries named, which are another user's or of this run. */
  | { readonly type: 'wiped'; readonly keep: (id: string) => boolean }
  /** A closed room whose rows leave memory. */
  | { readonly type: 'forgotten' }
  | { readonly type: 'tick'; readonly now: number }
