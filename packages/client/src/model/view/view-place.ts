import type { ChatError } from '../chat-error'

/** A part of the history that is wanted: next to what is shown, around a place, or around what only the server finds. */
export type PageWant = { readonly limit: number } & (
  | {
      readonly kind: 'older' | 'newer' | 'around'
      /** `older`: rows before it. `newer`: rows after it. */
      readonly seq: number
    }
  | { readonly kind: 'find'; readonly by: { readonly id: string } | { readonly time: string } }
)

/** A jump leaves what is shown. */
export const isJump = ({ kind }: PageWant): boolean => kind === 'around' || kind === 'find'

/** What only this device knows: where the user looks, and what they have typed. */
export type ViewPlace = {
  /** An app has the room open: it should be live. */
  readonly opened: boolean
  readonly usedAt: number
  /** The place that is viewed; null: the newest. */
  readonly anchor: number | null
  readonly wantedPage: PageWant | null
  /** Where the last jump arrived, a new object for each; its seq is null at the end. */
  readonly jump: { readonly seq: number | null } | null
  readonly draft: string
  readonly error: ChatError | null
}
