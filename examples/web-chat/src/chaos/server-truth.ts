import type { Chat } from '@roomful/client'
import type { AuditedRow } from './audit'

const PAGE = 200
/** One that is not answered is asked again: the server may just have been killed. */
const PAGE_TIMEOUT_MS = 4_000

export type ServerTruth = {
  /** What the server has, by place. Edits of what was read before are in it after `readAll`. */
  rows(): readonly AuditedRow[]
  /** Reads what has come since. False: the server does not answer. */
  readOn(): Promise<boolean>
  readAll(): Promise<boolean>
}

/** The room's history as the server answers it over the wire, through no store of a client. */
export function createServerTruth(chat: Chat, roomId: string): ServerTruth {
  let rows: AuditedRow[] = []
  let readTo = 0
  let isReading = false

  const readFrom = async (start: number): Promise<AuditedRow[]> => {
    const found: AuditedRow[] = []
    const id = chat.room(roomId).id as Parameters<typeof chat.request<'fetch-history'>>[1]['roomId']
    for (let afterSeq = start; ; ) {
      const query = { roomId: id, afterSeq, limit: PAGE, includeDeleted: true }
      const page = await chat.request('fetch-history', query, { timeoutMs: PAGE_TIMEOUT_MS })
      found.push(...page.messages)
      if (page.toSeq <= afterSeq || page.toSeq >= page.lastSeq) return found
      afterSeq = page.toSeq
    }
  }
  const read = async (start: number): Promise<boolean> => {
    if (isReading) return false
    isReading = true
    try {
      const found = await readFrom(start)
      rows = [...rows.filter(({ seq }) => seq <= start), ...found]
      readTo = rows.at(-1)?.seq ?? 0
      return true
    } catch {
      // It is down, or restarting: the next reading has it.
      return false
    } finally {
      isReading = false
    }
  }
  return { rows: () => rows, readOn: () => read(readTo), readAll: () => read(0) }
}
