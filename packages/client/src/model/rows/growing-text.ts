import type { StreamPiece } from '@roomful/protocol'

/**
 * The text of growing messages, as far as it is ahead of their rows. A row is the truth: what is here begins with its
 * content, or it is dropped. Nothing of it is stored, or counted.
 */
export type Growing = {
  /** By message id: what the deltas have added. */
  readonly texts: ReadonlyMap<string, GrowingText>
  /** By clientId: what a producer of this run has. */
  readonly produced: ReadonlyMap<string, Produced>
}

/** `id`: the message's, once it is known. */
export type Produced = { readonly text: string; readonly id?: string }

/** `ahead`: pieces behind a lost one. The next row has what is between, and they continue it. */
export type GrowingText = {
  readonly run: number
  readonly text: string
  readonly ahead: readonly StreamPiece[]
}

export const noneGrow: Growing = { texts: new Map(), produced: new Map() }
