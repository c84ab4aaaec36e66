import { APP_CANARIES } from './app-canaries.mjs'

/**
 * Changes of the sources, made while the simulator is bundled. The product contains nothing of them: no switch, no
 * branch.
 *
 * @typedef {{ file: string, find: string, replace: string }} Patch `find` must be there exactly once, or the bundle
 *   fails: a patch that no longer fits must not pass for one that finds nothing.
 * @typedef {{ name: string, what: string, seed?: number, patches: Patch[] }} Canary `seed`: where it was found last, of those
 *   that are rare.
 */

/**
 * The limits are small, so that a short run meets what takes a long room in life: pages, limited syncs, capped counts.
 * @type {Patch[]}
 */
export const SCALE = [
  { file: 'protocol/src/limits.ts', find: 'historyPage: 200,', replace: 'historyPage: 12,' },
  { file: 'protocol/src/limits.ts', find: 'historyPageDefault: 50,', replace: 'historyPageDefault: 5,' },
  { file: 'protocol/src/limits.ts', find: 'sendBatch: 50,', replace: 'sendBatch: 4,' },
  { file: 'protocol/src/limits.ts', find: 'syncPatch: 500,', replace: 'syncPatch: 3,' },
  { file: 'protocol/src/limits.ts', find: 'syncTail: 200,', replace: 'syncTail: 8,' },
  { file: 'protocol/src/limits.ts', find: 'syncTailLimited: 50,', replace: 'syncTailLimited: 3,' },
  { file: 'protocol/src/limits.ts', find: 'reactionUsers: 20,', replace: 'reactionUsers: 2,' },
  { file: 'protocol/src/limits.ts', find: 'pins: 50,', replace: 'pins: 4,' },
  { file: 'client/src/model/rows/timeline/blocks.ts', find: 'CHUNK_BITS = 7', replace: 'CHUNK_BITS = 3' },
  { file: 'server/src/ephemeral/ephemeral-store.ts', find: 'messages: 100,', replace: 'messages: 15,' },
]

/**
 * Typical mistakes of chat systems. Each must be found within 5,000 seeds, or the simulator misses what it promises to
 * find.
 * @type {Canary[]}
 */
export const CANARIES = [
  {
    name: 'no dedup',
    what: 'a repeated send makes a second message',
    patches: [
      {
        file: 'server/src/core/decide-send.ts',
        find: 'op.clientId === undefined ? undefined : fold.sentAs(op.actor.id, op.clientId)',
        replace: 'undefined',
      },
    ],
  },
  {
    name: 'cursor saved before rows',
    seed: 2158,
    what: 'the cursor is on disk before the rows that it speaks of',
    patches: [
      {
        file: 'client/src/storage/writer.ts',
        find: 'await opener.copy().write(part)\n      return null',
        replace:
          'await opener.copy().write({ ...part, chunks: [] })\n      await opener.copy().write({ chunks: part.chunks ?? [] })\n      return null',
      },
    ],
  },
  {
    name: 'no gap fill',
    what: 'a missing rev is never asked for',
    patches: [
      {
        file: 'client/src/model/sync/next-room-step.ts',
        find: 'sync.gap === null ? Number.POSITIVE_INFINITY : sync.gap.since + gapWait(sync.gap)',
        replace: 'Number.POSITIVE_INFINITY',
      },
    ],
  },
  {
    name: 'no heads',
    what: 'nobody tells that the last event of a quiet room was lost',
    patches: [
      {
        file: 'server/src/hub/hub.ts',
        find: 'if (!this.#subscriptions.has(roomId, 2)) continue',
        replace: 'continue',
      },
    ],
  },
  {
    name: 'cursor moved a page early',
    what: 'the first page of a paged sync moves the cursor',
    patches: [
      {
        file: 'client/src/model/sync/sync.ts',
        find: '  { patch, cont }: Delta,',
        replace: '  { patch, cont, rev }: Delta,',
      },
      {
        file: 'client/src/model/sync/sync.ts',
        find: 'request: { ...request, morePages: true,',
        replace: 'cursor: Math.max(model.sync.cursor, rev),\n      request: { ...request, morePages: true,',
      },
    ],
  },
  {
    name: 'page and sync in parallel',
    seed: 308,
    what: 'a page is merged as if nothing else had come since it was asked for',
    patches: [
      {
        file: 'client/src/model/sync/page.ts',
        find: 'if (page.rev < request.cursor)',
        replace: 'if (false)',
      },
      {
        file: 'client/src/model/sync/page.ts',
        find: 'return replayed(loaded, request.received)',
        replace: 'return replayed(loaded, [])',
      },
    ],
  },
  {
    name: 'old change creates a row',
    what: 'a change makes a row appear where nothing is loaded',
    patches: [
      {
        file: 'client/src/model/rows/merge.ts',
        find: 'const timeline = mergeRows(rows.timeline, [row])',
        replace: 'const timeline = addRange(rows.timeline, { from: row.seq, to: row.seq }, [row])',
      },
    ],
  },
  {
    name: 'counter bumped for duplicates',
    what: 'a repeated send takes a seq and a rev',
    patches: [
      {
        file: 'server/src/core/decide-send.ts',
        find: "if (!isSameSend(first, op)) return refuse('CLIENT_ID_CONFLICT', { field: 'clientId' })",
        replace: 'fold.lastSeq++\n    fold.rev++',
      },
    ],
  },
  {
    name: 'lookup in the locking statement',
    seed: 750,
    what: 'the clientIds are looked up as of before the lock, so that the winner of a race is missed',
    patches: [
      {
        file: 'testing/src/world/database.ts',
        // Before it has the lock.
        find: 'commit: (roomId, need, decide) =>',
        replace: `commit: (
          roomId, need, decide,
          early = new Set(truth.room(store.epoch, roomId)?.sends.keys() ?? []),
          seenEarly = (rows) => new Map([...rows].filter(([key]) => early.has(key))),
        ) =>`,
      },
      {
        file: 'testing/src/world/database.ts',
        find: 'store.commit(roomId, need, decide)',
        replace:
          'store.commit(roomId, need, (facts) => decide({ ...facts, byClientId: seenEarly(facts.byClientId) }))',
      },
    ],
  },
  {
    name: 'parallel sends',
    what: 'a room has several sends in flight at once',
    patches: [
      {
        file: 'client/src/model/outbox/next-outbox-step.ts',
        find: 'if (entries.totals.inflight > 0) return null',
        replace: '',
      },
    ],
  },
  {
    name: 'outbox written after the emit',
    what: 'a send goes out before it would survive a crash',
    patches: [
      {
        file: 'client/src/model/outbox/enqueue.ts',
        find: 'const state = model.hasStore ? STORING : READY\n  const entry',
        replace: 'const state = READY\n  const entry',
      },
    ],
  },
  {
    name: 'tombstone overwritten',
    seed: 299,
    what: 'content wins over a tombstone',
    patches: [
      {
        file: 'client/src/model/rows/timeline/timeline.ts',
        find: 'theirs.rev > ours.rev && (theirs.deleted || !ours.deleted)',
        replace: 'ours.deleted ? !theirs.deleted : theirs.rev > ours.rev',
      },
    ],
  },
  {
    name: 'read cursor moved back',
    what: 'the server takes a lower read cursor',
    patches: [
      {
        file: 'server/src/stores/memory/memory-store.ts',
        find: 'Math.max(member.lastReadSeq, Math.min(seq, record.head.value.lastSeq))',
        replace: 'Math.min(seq, record.head.value.lastSeq)',
      },
      {
        file: 'server/src/stores/memory/memory-store.ts',
        find: 'const moved = lastReadSeq > member.lastReadSeq',
        replace: 'const moved = lastReadSeq !== member.lastReadSeq',
      },
    ],
  },
  {
    name: 'unread by subtraction',
    what: 'unread is lastSeq less the read cursor',
    patches: [
      {
        file: 'client/src/model/unread/unread-rows.ts',
        find: 'if (range.from > range.to) return 0',
        replace: 'return range.to - readSeq',
      },
    ],
  },
  {
    name: 'echo not settled',
    what: 'an own message that comes by broadcast does not settle its send',
    patches: [
      {
        file: 'client/src/model/rows/merge.ts',
        find: 'const confirmed = confirm(model, row)',
        replace: 'const confirmed = model',
      },
    ],
  },
  {
    name: 'due rooms left out',
    what: 'a room whose time has come is not looked at until something else changes it',
    patches: [
      {
        file: 'client/src/engine/pump.ts',
        find: 'for (const id of due.take(now)) changed.add(id)',
        replace: 'due.take(now)',
      },
    ],
  },
  {
    name: 'new basis left out',
    what: 'the age of what is unsent is not looked at again when the server has said what time it is',
    patches: [
      {
        file: 'client/src/engine/outbox-runner.ts',
        find: "engine.over() ? 'over' : engine.serverTime.aheadMs()",
        replace: "engine.over() ? 'over' : null",
      },
    ],
  },
  {
    name: 'pins by what is loaded',
    what: 'a sync brings no pins: those of messages that are not loaded are missing, or stay for ever',
    patches: [
      {
        file: 'client/src/model/sync/sync.ts',
        find: 'return pins === undefined ? rows.pins : passedSince(rev, received, sync.cursor).reduce(carryPins, pins)',
        replace: 'return pins === undefined || rows.pins.length > 0 ? rows.pins : pins',
      },
    ],
  },
  {
    name: 'deletion untold',
    what: 'a room is deleted, and whoever is online keeps it',
    patches: [
      {
        file: 'server/src/handlers/delete-for-all.ts',
        find: "bus.publish({ type: 'deleted', roomId })",
        replace: '',
      },
    ],
  },
  {
    name: 'last user of the device',
    what: 'a cold start shows the copy of whoever was here last, whatever its token says',
    patches: [
      {
        file: 'client/src/storage/directory.ts',
        find: 'if (userId === null) return login === null ? onlyOne(last, logins) : ownerOf(logins, login)',
        replace: 'if (userId === null) return last ?? undefined',
      },
    ],
  },
  {
    name: 'gap in a growing text',
    what: 'a piece of a growing message is shown although one before it was lost',
    patches: [
      {
        file: 'client/src/model/rows/growing.ts',
        find: 'if (offset > whole.length) rest.push(piece)',
        replace: `if (offset > whole.length) {
        whole += added
        isLonger = true
      }`,
      },
    ],
  },
  {
    name: 'grows for ever',
    what: 'nobody marks a growing message whose producer is gone',
    patches: [
      {
        file: 'server/src/streams/stream-watch.ts',
        find: 'await this.#interruptSilent()',
        replace: '',
      },
    ],
  },
  {
    name: 'two producers',
    seed: 133,
    what: 'pieces of a producer that another has replaced are shown with those of the other',
    patches: [
      {
        file: 'client/src/model/rows/growing.ts',
        find: 'if (!row || !isGrowing(row) || runOf(row) !== piece.run) continue',
        replace: 'if (!row || !isGrowing(row)) continue',
      },
      {
        file: 'client/src/model/rows/growing.ts',
        find: 'held?.run === piece.run ? held :',
        replace: 'held ? held :',
      },
      {
        file: 'client/src/model/rows/growing.ts',
        find: 'const isAhead = row && isGrowing(row) && runOf(row) === held.run',
        replace: 'const isAhead = row && isGrowing(row)',
      },
      {
        file: 'client/src/model/rows/growing.ts',
        find: "const text = own ?? (held?.run === runOf(row) ? held.text : '')",
        replace: "const text = own ?? (held ? held.text : '')",
      },
    ],
  },
  ...APP_CANARIES,
]
