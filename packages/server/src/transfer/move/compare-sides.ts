import { createHash, type Hash } from 'node:crypto'
import { type Column, keyOf, type MovedRow, type Side } from './side'
import type { MovedTable } from './tables'

const PAGE = 1_000
/** Of a table with more differences the rest is counted and not named. */
const DIFFERENCES_NAMED = 20

/** A room of a table, or the whole of a table without rooms, that is not the same on both sides. */
export type Difference = {
  readonly table: string
  readonly roomId?: string
  /** Rows of the source, and of the target. */
  readonly from: number
  readonly to: number
}

/** `hash`: of all rows in order, in hexadecimal. It is the same for both databases that hold the same. */
export type ComparedTable = { readonly table: string; readonly rows: number; readonly hash: string }

type Group = { readonly roomId: string | undefined; readonly rows: number; readonly hash: string }

/** Reads a table on both sides in the order of its key, and compares the number and the hash of rows of each room. */
export async function compareTable(
  table: MovedTable,
  columns: readonly Column[],
  sides: { readonly from: Side; readonly to: Side },
  onRows: (rows: number) => void,
): Promise<{ readonly compared: ComparedTable; readonly differences: readonly Difference[] }> {
  const differences: Difference[] = []
  const note = (roomId: string | undefined, from: number, to: number): void => {
    if (differences.length >= DIFFERENCES_NAMED) return
    differences.push({ table: table.name, from, to, ...(roomId === undefined ? {} : { roomId }) })
  }
  const whole = createHash('sha256')
  let rows = 0
  const [left, right] = [groups(table, columns, sides.from, onRows), groups(table, columns, sides.to, onRows)]
  let [a, b] = [await next(left), await next(right)]
  while (a || b) {
    const order = a && b ? compareRooms(a.roomId, b.roomId) : a ? -1 : 1
    if (a && order <= 0) {
      whole.update(a.hash)
      rows += a.rows
    }
    if (order !== 0)
      note((order < 0 ? a : b)?.roomId, order < 0 ? (a?.rows ?? 0) : 0, order > 0 ? (b?.rows ?? 0) : 0)
    else if (a && b && a.hash !== b.hash) note(a.roomId, a.rows, b.rows)
    const [takesLeft, takesRight] = [order <= 0, order >= 0]
    if (takesLeft) a = await next(left)
    if (takesRight) b = await next(right)
  }
  return { compared: { table: table.name, rows, hash: whole.digest('hex') }, differences }
}

const next = async (from: AsyncGenerator<Group>): Promise<Group | undefined> => {
  const { done, value } = await from.next()
  return done ? undefined : value
}

/** In the order of both databases: by the bytes of the text. */
const compareRooms = (a = '', b = ''): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

async function* groups(
  table: MovedTable,
  columns: readonly Column[],
  side: Side,
  onRows: (rows: number) => void,
): AsyncGenerator<Group> {
  const roomAt = table.key[0] === 'room_id' ? columns.findIndex(({ name }) => name === 'room_id') : -1
  const roomOf = (row: MovedRow): string | undefined => (roomAt < 0 ? undefined : String(row[roomAt]))
  let group: { roomId: string | undefined; rows: number; hash: Hash } | undefined
  for (let after: MovedRow | undefined; ; ) {
    const page = await side.page(table, columns, after, PAGE)
    for (const row of page) {
      const roomId = roomOf(row)
      if (group && group.roomId !== roomId) {
        yield { ...group, hash: group.hash.digest('hex') }
        group = undefined
      }
      group ??= { roomId, rows: 0, hash: createHash('sha256') }
      group.rows++
      group.hash.update(`${JSON.stringify(row)}\n`)
    }
    onRows(page.length)
    const last = page.at(-1)
    if (!last || page.length < PAGE) break
    after = keyOf(table, columns, last)
  }
  if (group) yield { ...group, hash: group.hash.digest('hex') }
}
