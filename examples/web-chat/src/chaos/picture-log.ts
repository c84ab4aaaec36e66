import type { SideName } from './schedule'

export type Lane = SideName | 'server'

/** A fault while it lasts, in ms from the start; `to` null: it still does. A moment begins and ends at once. */
export type Span = {
  readonly lane: Lane
  readonly name: string
  readonly from: number
  readonly to: number | null
}
/** What was made good, and how long it had been wrong. */
export type Heal = { readonly lane: SideName; readonly at: number; readonly tookMs: number }
/** How many messages the server had by then. */
export type Sample = { readonly at: number; readonly rows: number }

export type Picture = {
  readonly spans: readonly Span[]
  readonly heals: readonly Heal[]
  readonly samples: readonly Sample[]
}

const MOST_SPANS = 600
const MOST_HEALS = 600
const MOST_SAMPLES = 1_200

export const NO_PICTURE: Picture = { spans: [], heals: [], samples: [] }

export const begun = (picture: Picture, lane: Lane, name: string, at: number): Picture => ({
  ...picture,
  spans: [...picture.spans, { lane, name, from: at, to: null }].slice(-MOST_SPANS),
})

export const happened = (picture: Picture, lane: Lane, name: string, at: number): Picture => ({
  ...picture,
  spans: [...picture.spans, { lane, name, from: at, to: at }].slice(-MOST_SPANS),
})

/** Ends those of this name, or all of the lane. */
export const ended = (picture: Picture, lane: Lane, at: number, name?: string): Picture => ({
  ...picture,
  spans: picture.spans.map((span) =>
    span.to === null && span.lane === lane && (name ?? span.name) === span.name ? { ...span, to: at } : span,
  ),
})

export const healed = (picture: Picture, heal: Heal): Picture => ({
  ...picture,
  heals: [...picture.heals, heal].slice(-MOST_HEALS),
})

export const sampled = (picture: Picture, sample: Sample): Picture => ({
  ...picture,
  samples: [...picture.samples, sample].slice(-MOST_SAMPLES),
})
