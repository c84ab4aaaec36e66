export type Finding = {
  readonly check: string
  readonly verdict: 'good' | 'bad' | 'skipped'
  readonly found: string
  /** What to do about it. */
  readonly fix?: string
}

export type Target = {
  readonly url: string
  readonly token?: string
  /** The page that wants to connect. */
  readonly origin?: string
  readonly database?: string
  /** Address of the Redis that joins several servers. */
  readonly redis?: string
  readonly signal: AbortSignal
}

export const good = (check: string, found: string): Finding => ({ check, verdict: 'good', found })
export const bad = (check: string, found: string, fix: string): Finding => ({
  check,
  verdict: 'bad',
  found,
  fix,
})
export const skipped = (check: string, found: string): Finding => ({ check, verdict: 'skipped', found })
