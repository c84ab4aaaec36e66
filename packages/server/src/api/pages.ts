import type { Reader, Store } from '../stores/port'
import { MOST, PAGE_DEFAULT } from './schemas'

type Asked = { readonly after?: string; readonly limit?: number }

/** One row more than the page has is read, to see whether there are more. */
export const askedOf = <Id extends string>(
  { after, limit = PAGE_DEFAULT }: Asked,
  asId: (id: string) => Id,
) => ({
  most: Math.min(limit, MOST.page),
  query: { limit: Math.min(limit, MOST.page) + 1, ...(after === undefined ? {} : { after: asId(after) }) },
})

/** The page, and the cursor of the next one if there are more rows than it has. */
export function pageOf<Row>(
  rows: readonly Row[],
  most: number,
  cursorOf: (row: Row) => string,
): { readonly rows: Row[]; readonly next?: string } {
  const page = rows.slice(0, most)
  const last = page.at(-1)
  return { rows: page, ...(last !== undefined && rows.length > most ? { next: cursorOf(last) } : {}) }
}

/** Rows of one step of a scan: other requests are served between the steps. */
const STEP = 500
/** Rows that one request scans. Its page may have fewer rows than there are, none even, and then still has a `next`. */
export const SCAN_ROWS = 5_000

/**
 * A page of the rows that fit, where no index finds them: reads all rows in their order, up to a bound, in steps.
 */
export async function scan<Row>(
  store: Pick<Store, 'read'>,
  { after, most }: { readonly after: string | undefined; readonly most: number },
  read: (reader: Reader, after: string | undefined, limit: number) => Promise<readonly Row[]>,
  { idOf, fits }: { readonly idOf: (row: Row) => string; readonly fits: (row: Row) => boolean },
): Promise<{ readonly rows: Row[]; readonly next?: string }> {
  const found: Row[] = []
  let place = after
  for (let scanned = 0; scanned < SCAN_ROWS; scanned += STEP) {
    const from = place
    const rows = await store.read((reader) => read(reader, from, STEP))
    for (const row of rows) {
      if (found.length === most) return { rows: found, ...(place === undefined ? {} : { next: place }) }
      place = idOf(row)
      if (fits(row)) found.push(row)
    }
    if (rows.length < STEP) return { rows: found }
  }
  return { rows: found, ...(place === undefined ? {} : { next: place }) }
}

/** Whether the query is a part of the id or the name, in any case. */
export function isCalled(
  { id, name }: { readonly id: string; readonly name: string },
  query: string,
): boolean {
  const wanted = query.toLowerCase()
  return [id, name].some((text) => text.toLowerCase().includes(wanted))
}
