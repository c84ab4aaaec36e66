/** One device of one user: an app, a tab, a script. The order of sending is per device, unread is per user. */
export type Actor = { readonly user: string; readonly device: string }

/** What the checker needs of a message, from any source. */
export type SeenMessage = {
  readonly id: string
  readonly seq: number
  readonly rev: number
  readonly senderId: string
  readonly clientId?: string
  readonly type: string
  readonly content: string
  readonly deleted: boolean
}

export type Operation =
  | { readonly kind: 'send'; readonly clientId: string; readonly content: string }
  | { readonly kind: 'edit'; readonly messageId: string; readonly content: string }
  | { readonly kind: 'delete'; readonly messageId: string }
  /** A kick, ban or leave: after its `ok`, `userId` may receive nothing newer. */
  | { readonly kind: 'remove'; readonly userId: string }
  /** An invitation or a join: it ends what `remove` began. */
  | { readonly kind: 'add'; readonly userId: string }

/**
 * One event of a history. The list is in the order in which the events happened, by one clock.
 *
 *   invoked ──▶ ok        the server confirmed it: it lasts for ever
 *           ──▶ failed    the server refused: it has had no effect
 *           ──▶ unknown   no answer: it may or may not have happened
 */
export type HistoryEvent = { readonly who: Actor; readonly roomId: string } & (
  | { readonly phase: 'invoked'; readonly call: string; readonly op: Operation }
  /** `message`: the row that came with the answer, if any. */
  | { readonly phase: 'ok'; readonly call: string; readonly message?: SeenMessage }
  | { readonly phase: 'failed'; readonly call: string; readonly code: string }
  | { readonly phase: 'unknown'; readonly call: string }
  /** A message, or a change of one, reached this device. */
  | { readonly phase: 'delivered'; readonly message: SeenMessage }
  /** What `room.stream()` yielded: each once, in order, without a gap. */
  | { readonly phase: 'streamed'; readonly message: SeenMessage }
  | ViewEvent
)

/**
 * What one device shows of a room at one moment: confirmed messages only. `fromSeq..toSeq` is what it claims to have
 * whole, and `complete` that this reaches its known head. `asked`: the call began at this index of the history, so
 * everything acked before it must be in it (a fetched page); absent for what is merely on screen.
 */
export type ViewEvent = {
  readonly phase: 'view'
  readonly messages: readonly SeenMessage[]
  readonly fromSeq: number
  readonly toSeq: number
  readonly complete: boolean
  readonly asked?: number
  readonly unread?: number
  readonly lastReadSeq?: number
}

/** The end of a run: what the server holds of a room, tombstones included, and what waits on each device. */
export type FinalRoom = {
  readonly roomId: string
  readonly lastSeq: number
  readonly rev: number
  readonly messages: readonly SeenMessage[]
  /** What each device shows once the network is quiet. */
  readonly views: readonly (Omit<ViewEvent, 'phase' | 'asked'> & { readonly who: Actor })[]
  /** clientIds that are still unsent on some device. */
  readonly outbox: readonly string[]
}
