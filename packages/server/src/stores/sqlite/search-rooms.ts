import type { Room } from '@roomful/protocol'
import { integer, text } from '../sql/column'
import { roomFrom } from '../sql/rows'
import type { Connection } from './connection'
import * as sql from './queries'

/** The index needs at least three letters. */
const INDEXED_LETTERS = 3
/** Up to this many rooms are all sorted. With more, a walk through the sorted names soon fills a page. */
const FOUND_MAX = 1_000
/** Names that one step reads: a millisecond or two. */
const NAMES_STEP = 2_000

type Step = <T>(work: () => T) => Promise<T>
type Search = {
  /** In lower case. */
  readonly text: string
  readonly after: { readonly name: string; readonly id: string }
  readonly limit: number
}

/** Public rooms with this in their name, by (name, id): a search without results costs nothing. */
export async function searchRooms(
  connection: Connection,
  step: Step,
  search: Search,
): Promise<readonly Room[]> {
  const { text: wanted, after, limit } = search
  if ([...wanted].length >= INDEXED_LETTERS) {
    // A phrase: within the quotes there are no special characters.
    const match = `"${wanted.replaceAll('"', '""')}"`
    const counted = await step(() => connection.get(sql.ROOMS_FOUND, match, FOUND_MAX + 1))
    if (counted && integer(counted, 'found') <= FOUND_MAX)
      return step(() =>
        connection.all(sql.FOUND_ROOMS, match, after.name, after.id, wanted, limit).map(roomFrom),
      )
  }
  return walk(connection, step, search)
}

async function walk(
  connection: Connection,
  step: Step,
  { text: wanted, after, limit }: Search,
): Promise<readonly Room[]> {
  const found: string[] = []
  let place = after
  for (;;) {
    const { name, id } = place
    const names = await step(() => connection.all(sql.ROOM_NAMES, name, id, NAMES_STEP))
    for (const row of names)
      if (found.length < limit && text(row, 'name').toLowerCase().includes(wanted))
        found.push(text(row, 'id'))
    const last = names.at(-1)
    if (!last || names.length < NAMES_STEP || found.length >= limit) break
    place = { name: text(last, 'name'), id: text(last, 'id') }
  }
  return step(() => connection.all(sql.ROOMS_BY_ID, JSON.stringify(found)).map(roomFrom))
}
