/** How fast a bot may send: `burst` at once, and `perSecond` over time. */
export type Rate = { readonly perSecond: number; readonly burst: number }

/** `tokens` as of `at`, in ms. Negative: so many sends wait for their turn. */
export type Bucket = { readonly tokens: number; readonly at: number }

export const fullBucket = ({ burst }: Rate, now: number): Bucket => ({ tokens: burst, at: now })

/** Takes one token, on credit if there is none: `waitMs` is how long the sender waits. Waiting ones keep their order. */
export function take(bucket: Bucket, rate: Rate, now: number): { bucket: Bucket; waitMs: number } {
  // A clock that was set back gives nothing.
  const passed = Math.max(0, now - bucket.at)
  const filled = Math.min(rate.burst, bucket.tokens + (passed * rate.perSecond) / 1_000)
  const tokens = filled - 1
  return { bucket: { tokens, at: now }, waitMs: tokens >= 0 ? 0 : (-tokens * 1_000) / rate.perSecond }
}
