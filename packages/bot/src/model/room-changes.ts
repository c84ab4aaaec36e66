type ShownReaction = { readonly emoji: string; readonly count: number; readonly users: readonly string[] }

/** What of a shown message is compared. */
export type ShownRow = {
  /** 0 while it is not confirmed. */
  readonly seq: number
  readonly content: string
  readonly editedAt: string | null
  readonly deleted: boolean
  readonly reactions: readonly ShownReaction[]
}

/** How a message differs from what it was. */
export type RowChange<R extends ShownRow> =
  | { readonly kind: 'edit'; readonly message: R; readonly before: R }
  /** It grows, has begun to again, or has ended. */
  | { readonly kind: 'growth'; readonly message: R; readonly before: R }
  | { readonly kind: 'delete'; readonly message: R; readonly before: R }
  | {
      readonly kind: 'reaction'
      readonly message: R
      readonly emoji: string
      readonly op: 'add' | 'remove'
      /** Undefined: one of many, whom the message does not name. */
      readonly userId: string | undefined
    }

/**
 * What changed between two lists of a room's messages, both in order of `seq`. Messages that only one of them has are no
 * change: they came, or left the window. An unchanged message is the same object, so that it costs one comparison.
 * `isGrowing`: more text of it can come.
 */
export function changesBetween<R extends ShownRow>(
  before: readonly R[],
  after: readonly R[],
  isGrowing: (message: R) => boolean,
): RowChange<R>[] {
  const changes: RowChange<R>[] = []
  let at = 0
  for (const message of after) {
    if (message.seq === 0) continue
    while (at < before.length && seqAt(before, at) < message.seq) at++
    const was = before[at]
    if (was === undefined || was === message || was.seq !== message.seq) continue
    changes.push(...changesOf(was, message, isGrowing))
  }
  return changes
}

/** Unconfirmed messages stand at the end, whatever their number. */
const seqAt = (rows: readonly ShownRow[], index: number): number =>
  rows[index]?.seq || Number.POSITIVE_INFINITY

function changesOf<R extends ShownRow>(
  before: R,
  message: R,
  isGrowing: (message: R) => boolean,
): RowChange<R>[] {
  if (before.deleted) return []
  if (message.deleted) return [{ kind: 'delete', message, before }]
  const hasGrown = isGrowing(before) || isGrowing(message)
  const texts: RowChange<R>[] = hasGrown ? [{ kind: 'growth', message, before }] : editsOf(before, message)
  return before.reactions === message.reactions ? texts : [...texts, ...reactionsOf(before, message)]
}

function editsOf<R extends ShownRow>(before: R, message: R): RowChange<R>[] {
  const isEdited = before.content !== message.content || before.editedAt !== message.editedAt
  return isEdited ? [{ kind: 'edit', message, before }] : []
}

function reactionsOf<R extends ShownRow>(before: R, message: R): RowChange<R>[] {
  const emojis = new Set([...before.reactions, ...message.reactions].map(({ emoji }) => emoji))
  return [...emojis].flatMap((emoji) => {
    const [was, is] = [of(before, emoji), of(message, emoji)]
    const gone = was.users.filter((user) => !is.users.includes(user))
    const come = is.users.filter((user) => !was.users.includes(user))
    const grown = is.count - was.count
    // The lists name the first users only: whom they do not name comes up when another one goes.
    const isWhole = was.users.length === was.count && is.users.length === is.count
    const change = (op: 'add' | 'remove', userId: string | undefined): RowChange<R> => ({
      kind: 'reaction',
      message,
      emoji,
      op,
      userId,
    })
    if (isWhole) return [...gone.map((id) => change('remove', id)), ...come.map((id) => change('add', id))]
    const op = grown < 0 ? 'remove' : 'add'
    const named = grown < 0 ? gone : come
    return Array.from({ length: Math.abs(grown) }, (_, i) => change(op, named[i]))
  })
}

const NONE = { count: 0, users: [] } as const

const of = (row: ShownRow, emoji: string): Pick<ShownReaction, 'count' | 'users'> =>
  row.reactions.find((reaction) => reaction.emoji === emoji) ?? NONE
