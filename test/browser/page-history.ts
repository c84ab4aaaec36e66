import type { Chat } from '@roomful/client'
import {
  type Actor,
  checkHistory,
  formatFindings,
  type HistoryEvent,
  readRoom,
  type SeenMessage,
  seen,
} from '@roomful/testing'
import { expect } from 'vitest'
import type { ClientTab } from './client-page'
import type { Notes } from './notes'

type SendEvent = Extract<HistoryEvent, { phase: 'invoked' }>

/** What all pages of a test did and showed, in the order in which they reported it, for the checker. */
export class PageHistory {
  readonly #events: HistoryEvent[] = []
  /** By text, which is unique. */
  readonly #handed = new Map<string, { readonly who: Actor; readonly isKept: boolean }>()

  /** How many of the notes are among the events. */
  #taken = 0

  constructor(readonly notes: Notes) {}

  async #take(): Promise<void> {
    const noted = await this.notes.all<HistoryEvent>('history')
    this.#events.push(...noted.slice(this.#taken))
    this.#taken = noted.length
  }

  /**
   * The page is gone, and its calls in progress may have happened, now or later by another page. `handed`: texts that
   * it was given to send: its unsent reports are lost with it. `isKept`: whether it reported that one is stored.
   */
  async ended(page: Actor, handed: readonly string[], isKept: (text: string) => boolean): Promise<void> {
    await this.#take()
    for (const text of handed) this.#handed.set(text, { who: page, isKept: isKept(text) })
    const done = new Set(this.#events.flatMap((event) => (isOutcome(event) ? event.call : [])))
    for (const { who, roomId, call } of this.#events.filter(isInvoked))
      if (who.device === page.device && !done.has(call))
        this.#events.push({ who, roomId, phase: 'unknown', call })
  }

  /** Nothing is wrong with it, nor with what the server and these tabs hold now. Returns what the server has. */
  async expectSound(
    reader: Chat,
    room: string,
    tabs: readonly { readonly who: Actor; readonly tab: ClientTab }[],
  ): Promise<readonly SeenMessage[]> {
    const views = await Promise.all(tabs.map(async ({ who, tab }) => ({ who, ...(await tab.call('view')) })))
    const { messages, lastSeq, rev } = await readRoom(reader, room)
    const rows: readonly SeenMessage[] = messages.map(seen)
    await this.#take()
    const events = this.#completed(room, rows)
    const findings = checkHistory(events, [{ roomId: room, lastSeq, rev, messages: rows, views, outbox: [] }])
    expect(findings, formatFindings(findings)).toEqual([])
    // An empty history would be sound, too.
    expect(events.filter(({ phase }) => phase === 'view').length).toBeGreaterThan(tabs.length)
    expect(events.filter(isInvoked).length).toBeGreaterThan(0)
    return rows
  }

  /** What was not stored carries no promise, and is removed if it is missing; what no page reported is added. */
  #completed(roomId: string, rows: readonly SeenMessage[]): readonly HistoryEvent[] {
    const sends = this.#events.filter(isInvoked)
    const there = new Map(rows.map(({ content, clientId }) => [content, clientId]))
    const told = new Set(sends.map(({ op }) => (op.kind === 'send' ? op.content : '')))
    const gone = new Set(
      sends.flatMap(({ call, op }) =>
        op.kind === 'send' && !there.has(op.content) && this.#handed.get(op.content)?.isKept === false
          ? call
          : [],
      ),
    )
    const untold = [...this.#handed].flatMap(([content, { who }]): HistoryEvent[] => {
      const clientId = there.get(content)
      if (clientId === undefined || told.has(content)) return []
      const call = `untold ${clientId}`
      return [
        { who, roomId, phase: 'invoked', call, op: { kind: 'send', clientId, content } },
        { who, roomId, phase: 'unknown', call },
      ]
    })
    return [...this.#events.filter((event) => !('call' in event && gone.has(event.call))), ...untold]
  }
}

const isOutcome = (event: HistoryEvent): event is Extract<HistoryEvent, { call: string }> =>
  'call' in event && event.phase !== 'invoked'

const isInvoked = (event: HistoryEvent): event is SendEvent => event.phase === 'invoked'
