/** The rows as a virtualizer gets them in one commit. */
export type Stage<T> = {
  readonly items: readonly T[]
  readonly keys: readonly string[]
  /** Rows came or went at the start only: what is in view keeps its distance from the end. */
  readonly shift: boolean
  /** Another one has nothing in common with the one before: sizes that were measured mean nothing for it. */
  readonly generation: number
}

export const noStage: Stage<never> = { items: [], keys: [], shift: false, generation: 0 }

/**
 * The next commit on the way to these rows. A virtualizer keeps sizes by place and takes one end at a time; a page that
 * is loaded while the client drops rows at the other end changes both. Then the end is first, and a second call the start.
 */
export function nextStage<T>(shown: Stage<T>, items: readonly T[], keys: readonly string[]): Stage<T> {
  if (items === shown.items) return shown
  const { generation } = shown
  const moved = movedBy(shown.keys, keys)
  if (moved === null) return { items, keys, shift: false, generation: generation + 1 }
  if (moved === 0 || keys.length === shown.keys.length + moved)
    return { items, keys, shift: moved !== 0, generation }
  return moved > 0
    ? { items: items.slice(moved), keys: keys.slice(moved), shift: false, generation }
    : {
        items: [...shown.items.slice(0, -moved), ...items],
        keys: [...shown.keys.slice(0, -moved), ...keys],
        shift: false,
        generation,
      }
}

/** How many rows came at the start; negative: went. Null: none has stayed. */
function movedBy(before: readonly string[], after: readonly string[]): number | null {
  if (before.length === 0 || after.length === 0 || before[0] === after[0]) return 0
  const places = new Map(after.map((key, place) => [key, place]))
  for (const [place, key] of before.entries()) {
    const now = places.get(key)
    if (now !== undefined) return now - place
  }
  return null
}
