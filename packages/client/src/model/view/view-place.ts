import type { ChatError } from '../chat-error'

/** A part of the history that is wanted: next to what is shown, or around a place. */
export type PageWant = {
  readonly kind: 'older' | 'newer' | 'around'
  /** `older`: rows before it. `newer`: rows after it. */
  readonly seq: number
  readonly limit: number
}

/** What only this device knows: where the user looks, and what they have typed. */
export type ViewPlace = {
  /** An app has the room open: it should be live. */
  readonly opened: boolean
  readonly usedAt: number
  /** The place that is viewed; null: the newest. */
  readonly anchor: number | null
  readonly wantedPage: PageWant | null
  readonly draft: string
  readonly error: ChatError | null
}
