import type { Change } from '@roomful/protocol'
import { type Hold, NO_HOLD } from '../hold'
import type { Range } from '../rows/timeline'
import type { PageWant } from '../view/view-place'

/**
 * Is this connection subscribed to the room, and do the held rows equal the server's?
 *
 *   none ──join-asked──▶ requested ──joined──▶ active ──sync answered──▶ synced
 *    ▲                    │    │                  ▲                          │
 *    │◀────join-failed────┘    │ not in it        └── other epoch, a send without an answer, rows forgotten
 *    │                         ▼
 *    └────sync answered── notAMember
 *   any ──connection lost, room closed, added to the room──▶ none
 *
 * `synced`: a sync was answered on this connection after it was subscribed, so that nothing fell between the two.
 * `notAMember`: the server did not find the user in the room; the next sync shows whether they are in it since.
 */
export type Subscription = 'none' | 'requested' | 'notAMember' | 'active' | 'synced'

/**
 * The one request of a room in flight: sync and page never run in parallel, or a page could restore what a sync had
 * passed.
 *
 *   (none) ──asked──▶ a request ──answered, failed, or connection lost──▶ (none)
 *                     a sync with more pages: ──answered──▶ morePages: true ──asked──▶ morePages: false
 */
export type RoomRequest = RequestBase &
  (
    | {
        readonly kind: 'sync'
        /** The span of seqs held at the request; zeros: none. */
        readonly span: Range
        /** Rows are replaced by the answer, not merged with it. */
        readonly replace: boolean
        /** The answer had a part of it: the next page has to be requested. */
        readonly morePages: boolean
        readonly cont?: string
      }
    | { readonly kind: 'page'; readonly want: PageWant }
    /** Evicted rows from the local store. `want`: the page that they may answer. */
    | { readonly kind: 'reload'; readonly want: PageWant | null }
    | { readonly kind: 'members' }
  )

type RequestBase = {
  /** Answers carry it: one of an older request is ignored. */
  readonly no: number
  /** The cursor at the request; an answer below it is older than what is shown. */
  readonly cursor: number
  /**
   * Message rows that came meanwhile. They are merged again once the answer is in, because it may have rows that were
   * not held when they came.
   */
  readonly received: readonly Change[]
}

/** `rev` is missing, since when, and how many syncs did not have it. */
export type Gap = { readonly rev: number; readonly since: number; readonly tries: number }

/** How far this room has followed the server, and what it asks it. */
export type Sync = {
  readonly subscription: Subscription
  /** The last rev applied, with all before it (I5). */
  readonly cursor: number
  /** The highest rev seen anywhere. Above the cursor: a gap. */
  readonly highestSeenRev: number
  /** Changes past the cursor, by their first rev. */
  readonly outOfOrder: ReadonlyMap<number, Change>
  readonly gap: Gap | null
  readonly lastRequestNo: number
  readonly request: RoomRequest | null
  readonly hold: Hold
}

export const newSync = (): Sync => ({
  subscription: 'none',
  cursor: 0,
  highestSeenRev: 0,
  outOfOrder: new Map(),
  gap: null,
  lastRequestNo: 0,
  request: null,
  hold: NO_HOLD,
})

export const isSubscribed = ({ subscription }: Pick<Sync, 'subscription'>): boolean =>
  subscription === 'active' || subscription === 'synced'

/** Is an answer awaited? */
export const isAwaiting = ({ request }: Sync): boolean =>
  request !== null && !(request.kind === 'sync' && request.morePages)

/** The page that the request under way is about. */
export const wantOf = (request: RoomRequest | null): PageWant | null =>
  request?.kind === 'page' || request?.kind === 'reload' ? request.want : null

/** Number, cursor and rows of a request that begins now. */
export function begun(sync: Sync): RequestBase {
  // Rows past a missing rev: the cursor may be past them when the answer comes, which need not have them (I5).
  const received = [...sync.outOfOrder.values()].filter((change) => change.kind === 'message')
  return { no: sync.lastRequestNo + 1, cursor: sync.cursor, received }
}

export const requested = (sync: Sync, request: RoomRequest): Sync => ({
  ...sync,
  lastRequestNo: request.no,
  request,
})
