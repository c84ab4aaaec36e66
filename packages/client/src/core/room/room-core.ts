import type { Change, Member, Message, Preview, Role, Room as RoomRow } from '@roomful/protocol'
import type { ChatError } from '../chat-error'
import { type Hold, NO_HOLD } from '../hold'
import { newOutbox, type Outbox } from '../outbox/outbox'
import { emptyTimeline, type Range, type Timeline } from '../timeline'
import { neverThere } from './room-gone'
import type { RowCount } from './unread'

/** `coming`: the first connect, or the first after the line was good; `down`: known to be gone. */
export type Line = 'up' | 'coming' | 'down'

/** A part of the history that is wanted: next to what is shown, or around a place. */
export type PageWant = {
  readonly kind: 'older' | 'newer' | 'around'
  /** `older`: rows before it. `newer`: rows after it. */
  readonly seq: number
  readonly limit: number
}

/**
 * The one request of this room that is under way: sync and page never run side by side, or a page could bring back
 * what a sync had passed.
 *
 *   (none) ──asked──▶ asked ──answered──▶ (none), or for a sync with more pages: next ──asked──▶ asked
 *
 * `heard`: message rows that came meanwhile. They are merged again once the answer is in, because the answer may
 * bring rows that were not held when they came.
 */
export type RoomRequest = {
  /** Answers carry it: one that speaks of an older request is ignored. */
  readonly no: number
  readonly kind: 'sync' | 'page' | 'shelf' | 'members'
  readonly step: 'asked' | 'next'
  /** The cursor at the request; an answer below it is older than what is shown. */
  readonly cursor: number
  /** The span of seqs held at the request. */
  readonly span: Range
  /** Rows are replaced by the answer, not merged with it. */
  readonly replace: boolean
  readonly cont?: string
  readonly want?: PageWant | null
  readonly heard: readonly Change[]
}

/** Of the members, what the rows that are held do not say. */
export type Roster = {
  /** How many are in the room, as the server says; null: it does not, or has not yet. */
  readonly count: number | null
  /** The rev that `count` is as of: older news of it do not count. */
  readonly asOf: number
  /** All up to this user id are held; null: all there are. */
  readonly to: string | null
  /** So many more are wanted; null: none. */
  readonly want: number | null
}

export const NO_ROSTER: Roster = { count: null, asOf: 0, to: null, want: null }

/** `rev` is missing, since when, and how many syncs did not bring it. */
export type Gap = { readonly rev: number; readonly since: number; readonly tries: number }

/** The whole inside of one room; `reduceRoom` is the only one to make another. */
export type RoomCore = {
  readonly id: string
  /** There is a local store: entries wait for it before they are emitted. */
  readonly durable: boolean
  /** This tab writes the rows to that store: what leaves memory can be read again. */
  readonly keeps: boolean
  /** The user; null until the first `ready`, unless a store remembers him. */
  readonly me: string | null
  /** What the user is called now: pending messages bear it. */
  readonly myName: string

  readonly line: Line
  /** Someone looks at it: it is to be live. */
  readonly opened: boolean
  /** Is this line subscribed to the room? `out`: the server did not find him in it; the sync says whether he is since. */
  readonly joined: 'no' | 'asked' | 'out' | 'yes'
  /** A sync was answered on this line. */
  readonly fresh: boolean

  // What the server said.
  readonly timeline: Timeline
  /** Ranges that the local store holds and memory does not, as of the cursor. A chunk is in one of the two, never both. */
  readonly shelved: readonly Range[]
  /** Up to this seq the newest range is complete; null: the newest messages are not held. */
  readonly tail: number | null
  /** The last rev applied, with all before it (I5). */
  readonly cursor: number
  /** The rows are of another epoch: shown until the sync replaces them, compared with nothing. */
  readonly foreign: boolean
  readonly room: RoomRow | null
  readonly role: Role | null
  readonly members: ReadonlyMap<string, Member>
  /** A sync said who they are: all, or up to `roster.to`. A local store keeps none: the next sync asks for them. */
  readonly membersKnown: boolean
  readonly roster: Roster
  readonly reads: ReadonlyMap<string, number>
  readonly lastSeq: number
  readonly floorSeq: number
  readonly lastReadSeq: number
  /** The server's unread figure, carried on by the changes up to the cursor; exact figures come from the rows. */
  readonly figure: number
  /** The last seq that `figure` counts. */
  readonly counted: number
  /** The exact figure, of the rows that are held; null where they do not say it. */
  readonly rowCount: RowCount | null
  /** The rev that the server told it as of: what the cursor passes up to there is in it already. */
  readonly figureRev: number
  readonly preview: Preview | null
  /** It shows all that was changed up to this rev. */
  readonly previewRev: number
  /** On the user's room list. */
  readonly listed: boolean
  /** As of when it is listed, or removed: older news do not count (see `toldAsOf`). */
  readonly listedAsOf: number
  readonly removed: ChatError | null
  /** The user hides the room while this is its newest message; -1: they do not. */
  readonly hiddenSeq: number

  // What was heard and does not fit yet.
  /** Changes past the cursor, by their first rev. */
  readonly ahead: ReadonlyMap<number, Change>
  /** The highest rev heard of, by whatever way. Above the cursor: a gap. */
  readonly known: number
  readonly gap: Gap | null
  /** The figure cannot be carried on: ask. */
  readonly doubt: boolean
  /** Own rows that are confirmed, and lie past the tail: shown as sent until the tail reaches them. */
  readonly afloat: readonly Message[]

  // What is to be done.
  readonly requests: number
  readonly request: RoomRequest | null
  readonly want: PageWant | null
  readonly requestHold: Hold
  readonly outbox: Outbox

  // What only this device knows.
  readonly typing: ReadonlyMap<string, { readonly name: string; readonly until: number }>
  /** The place that is looked at; null: the newest. */
  readonly anchor: number | null
  readonly windowSize: number
  readonly draft: string
  readonly usedAt: number
  readonly error: ChatError | null
}

type RoomOptions = Pick<RoomCore, 'me' | 'line' | 'windowSize' | 'durable'> & {
  /** By default whoever has a store keeps the rows there. */
  readonly keeps?: boolean
  readonly myName?: string
}

export function newRoom(id: string, options: RoomOptions): RoomCore {
  const removed = neverThere(id)
  return {
    id,
    ...options,
    myName: options.myName ?? '',
    keeps: options.keeps ?? options.durable,
    opened: false,
    joined: 'no',
    fresh: false,
    timeline: emptyTimeline,
    shelved: [],
    tail: null,
    cursor: 0,
    foreign: false,
    room: null,
    role: null,
    members: new Map(),
    membersKnown: false,
    roster: NO_ROSTER,
    reads: new Map(),
    lastSeq: 0,
    floorSeq: 1,
    lastReadSeq: 0,
    figure: 0,
    figureRev: 0,
    counted: 0,
    rowCount: null,
    preview: null,
    previewRev: 0,
    listed: false,
    listedAsOf: 0,
    removed,
    hiddenSeq: -1,
    ahead: new Map(),
    known: 0,
    gap: null,
    doubt: false,
    afloat: [],
    requests: 0,
    request: null,
    want: null,
    requestHold: NO_HOLD,
    outbox: newOutbox(),
    typing: new Map(),
    anchor: null,
    draft: '',
    usedAt: 0,
    error: removed,
  }
}

/**
 * The room with these fields changed. Every step makes such a copy, and `{ ...core, fields }` is several times slower
 * for so many fields: V8 gives each place that spreads a hidden class of its own, and whatever reads the room afterwards
 * has to look for them. Here all rooms have one. `npm run bench:client` measures it.
 */
export const amended = (core: RoomCore, fields: Partial<RoomCore>): RoomCore =>
  Object.assign(copyOf(core), fields)

function copyOf(core: RoomCore): RoomCore {
  return {
    id: core.id,
    durable: core.durable,
    keeps: core.keeps,
    me: core.me,
    myName: core.myName,
    line: core.line,
    opened: core.opened,
    joined: core.joined,
    fresh: core.fresh,
    timeline: core.timeline,
    shelved: core.shelved,
    tail: core.tail,
    cursor: core.cursor,
    foreign: core.foreign,
    room: core.room,
    role: core.role,
    members: core.members,
    membersKnown: core.membersKnown,
    roster: core.roster,
    reads: core.reads,
    lastSeq: core.lastSeq,
    floorSeq: core.floorSeq,
    lastReadSeq: core.lastReadSeq,
    figure: core.figure,
    counted: core.counted,
    rowCount: core.rowCount,
    figureRev: core.figureRev,
    preview: core.preview,
    previewRev: core.previewRev,
    listed: core.listed,
    listedAsOf: core.listedAsOf,
    removed: core.removed,
    hiddenSeq: core.hiddenSeq,
    ahead: core.ahead,
    known: core.known,
    gap: core.gap,
    doubt: core.doubt,
    afloat: core.afloat,
    requests: core.requests,
    request: core.request,
    want: core.want,
    requestHold: core.requestHold,
    outbox: core.outbox,
    typing: core.typing,
    anchor: core.anchor,
    windowSize: core.windowSize,
    draft: core.draft,
    usedAt: core.usedAt,
    error: core.error,
  }
}
