import type { LocalPath, LocalRecord } from '../../port'
import { parse, textOf } from '../records'
import { getMany, type KeyValueStorage } from './storage'

/**
 * What an older layout left: `keys` of values that stay where they are, `records` to write, and keys to delete then.
 */
export type OldCopy = {
  readonly generation: number
  readonly keys: ReadonlyMap<string, string>
  readonly records: readonly LocalRecord[]
  readonly obsolete: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** Pairs of a name and the generation in which it was written. */
const pairsOf = (value: unknown): readonly (readonly [string | number, number])[] =>
  Array.isArray(value)
    ? value.flatMap((pair: unknown) => {
        const [name, generation]: unknown[] = Array.isArray(pair) ? pair : []
        const isName = typeof name === 'string' || typeof name === 'number'
        return isName && typeof generation === 'number' ? [[name, generation] as const] : []
      })
    : []

/** Version 1 had a manifest of rooms and entries, and in each room's record a list of its chunks. */
export async function importVersion1(storage: KeyValueStorage, prefix: string): Promise<OldCopy | null> {
  const manifest = parse(await storage.getItem(`${prefix}manifest`))
  if (!isFields(manifest)) return null
  const keys = new Map<string, string>()
  const records: LocalRecord[] = isFields(manifest.meta) ? [[['meta', 'meta'], manifest.meta]] : []
  const obsolete = [`${prefix}manifest`]
  for (const [id, generation] of pairsOf(manifest.entries))
    keys.set(textOf(['entries', id]), `${generation}:entry:${id}`)
  const rooms = pairsOf(manifest.rooms).map(([id, generation]) => ({
    id,
    key: `${prefix}${generation}:room:${id}`,
  }))
  const texts = await getMany(
    storage,
    rooms.map(({ key }) => key),
  )
  for (const { id, key } of rooms) {
    const record = parse(texts.get(key))
    obsolete.push(key)
    if (!isFields(record)) continue
    if (record.room !== null) records.push([['rooms', id], record.room])
    for (const [index, generation] of pairsOf(record.chunks))
      keys.set(textOf(['chunks', id, index]), `${generation}:chunk:${id}:${index}`)
  }
  const { generation } = manifest
  return { generation: typeof generation === 'number' ? generation : 0, keys, records, obsolete }
}

/** Version 1 kept the last user in one item for all servers. */
export async function importDirectory(storage: KeyValueStorage, prefix: string): Promise<OldCopy | null> {
  const key = 'roomful:last-users'
  if (prefix !== `roomful:${JSON.stringify([])}:`) return null
  const users = parse(await storage.getItem(key))
  if (!isFields(users)) return null
  const records = Object.entries(users).map(
    ([server, user]): LocalRecord => [['lastUsers', server] satisfies LocalPath, user],
  )
  return { generation: 0, keys: new Map(), records, obsolete: [key] }
}
