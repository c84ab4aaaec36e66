import { type Chat, createChat, type InspectedCounts, type Inspector, type Room } from '@roomful/client'
import { createFaults, type FaultKnobs, type FaultState, type Faults } from '@roomful/client/faults'
import { SERVER } from '../session/session'
import type { AuditedRow, SendRecord } from './audit'
import type { Guest } from './guests'
import { notingStore } from './kept-sends'
import type { SideName } from './schedule'

/** All messages of a run stay in memory, so that both sides can be compared whole. */
const WINDOW = 20_000
/** Shorter than an app's: a lost frame should cost seconds of a demonstration, not ten. */
const REQUEST_TIMEOUT_MS = 2_500

/** One start of a side's client: it ends with a reload, or with the page. */
export type Life = {
  readonly no: number
  readonly chat: Chat
  readonly room: Room
  readonly faults: Faults
  /** The disk has been read: whoever sits there sees the room again. */
  readonly hasRead: () => boolean
}

type Ledger = { readonly clientId: string; isAcked: boolean; isKept: boolean }

export type Side = {
  readonly name: SideName
  readonly guest: Guest
  life(): Life
  subscribe(listener: () => void): () => void
  send(text: string): void
  /** Edits, or reacts to, one of the latest messages. */
  touch(random: () => number): void
  set(knobs: Partial<FaultKnobs>): void
  calm(): void
  /** The client ends in the middle of what it does, and starts again from its disk. */
  reload(): void
  shown(): readonly AuditedRow[]
  sends(): readonly SendRecord[]
  /** Marks what is confirmed by now. */
  noteAcks(): void
  /** Of all its lives. */
  counts(): Totals
  close(): Promise<unknown>
}

export type Totals = Pick<
  InspectedCounts,
  'gapsFound' | 'gapsHealed' | 'resyncs' | 'connects' | 'longestHealMs' | 'lastHealMs'
> &
  FaultState['counts']

const NONE: Totals = {
  ...{ gapsFound: 0, gapsHealed: 0, resyncs: 0, connects: 0, longestHealMs: 0, lastHealMs: 0 },
  ...{ lost: 0, doubled: 0, reordered: 0, cuts: 0, refusedWrites: 0 },
}

export function createSide(name: SideName, guest: Guest, roomId: string, seed: number): Side {
  const listeners = new Set<() => void>()
  const ledger = new Map<string, Ledger>()
  let before = NONE
  let inspector: Inspector | null = null
  let life = begin(1, {})

  function begin(no: number, knobs: Partial<FaultKnobs>): Life {
    const faults = createFaults({ seed: seed * 1_000 + no })
    faults.set(knobs)
    let hasRead = no === 1
    const onRead = (): void => {
      hasRead = true
    }
    const onKept = (clientId: string): void => {
      const send = ledger.get(clientId)
      if (send) send.isKept = true
    }
    const chat = createChat({
      // The query makes it another server to the local copy.
      ...{ url: `${SERVER}?side=${name}`, auth: guest.token, tabs: 'separate', windowSize: WINDOW },
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      storage: notingStore(faults.storage(), { onKept, onRead }),
      ports: { wrapTransport: faults.wrapTransport },
    })
    const room = chat.room(roomId)
    // Why it fails stands in the room's state, which the pane shows.
    room.open().catch(() => undefined)
    void chat.inspect({ events: 50 }).then((opened) => {
      if (life.chat === chat) inspector = opened
      else opened.stop()
    })
    return { no, chat, room, faults, hasRead: () => hasRead }
  }

  const counts = (): Totals => {
    const now = inspector?.getState().counts
    const { counts: struck } = life.faults.getState()
    const sum = (a: Totals, b: Partial<Totals>): Totals => ({
      gapsFound: a.gapsFound + (b.gapsFound ?? 0),
      gapsHealed: a.gapsHealed + (b.gapsHealed ?? 0),
      resyncs: a.resyncs + (b.resyncs ?? 0),
      connects: a.connects + (b.connects ?? 0),
      longestHealMs: Math.max(a.longestHealMs, b.longestHealMs ?? 0),
      lastHealMs: b.lastHealMs || a.lastHealMs,
      lost: a.lost + (b.lost ?? 0),
      doubled: a.doubled + (b.doubled ?? 0),
      reordered: a.reordered + (b.reordered ?? 0),
      cuts: a.cuts + (b.cuts ?? 0),
      refusedWrites: a.refusedWrites + (b.refusedWrites ?? 0),
    })
    return sum(before, { ...now, ...struck })
  }

  const noteAcks = (): void => {
    const isAnyOpen = [...ledger.values()].some(({ isAcked }) => !isAcked)
    if (!isAnyOpen) return
    for (const { clientId, status } of life.room.messages()) {
      const send = clientId === undefined ? undefined : ledger.get(clientId)
      if (send && status === 'sent') send.isAcked = true
    }
  }

  return {
    name,
    guest,
    life: () => life,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    send: (text) => {
      const sent = life.room.send(text)
      const send: Ledger = { clientId: sent.clientId, isAcked: false, isKept: false }
      ledger.set(sent.clientId, send)
      sent.then(
        () => {
          send.isAcked = true
        },
        // Its client has ended: the next one sends it, if it was kept.
        () => undefined,
      )
    },
    touch: (random) => {
      const rows = life.room.messages().filter(({ status, type }) => status === 'sent' && type === 'text')
      const row = rows.at(-1 - Math.floor(random() * 20))
      if (row === undefined) return
      const isOwn = row.senderId === guest.userId
      const done =
        isOwn && random() < 0.6
          ? life.room.edit(row.id, `${row.content.replace(/ \(edited\)$/, '')} (edited)`)
          : life.room.react(row.id, '👍', 'add')
      done.catch(() => undefined)
    },
    set: (knobs) => life.faults.set(knobs),
    calm: () => life.faults.calm(),
    reload: () => {
      noteAcks()
      const ended = life
      before = counts()
      inspector?.stop()
      inspector = null
      ended.faults.crash()
      ended.chat.close().catch(() => undefined)
      life = begin(ended.no + 1, ended.faults.getState().knobs)
      for (const listener of [...listeners]) listener()
    },
    shown: () => life.room.messages(),
    sends: () => [...ledger.values()].map((send) => ({ ...send, isKept: send.isKept || send.isAcked })),
    noteAcks,
    counts,
    close: () => {
      inspector?.stop()
      return life.chat.close()
    },
  }
}
