import type { Refusal } from '../core/ops'
import type { Clock } from '../ports/clock'

/** Beyond it the one that was asked for least recently is dropped. */
const KEPT = 10_000

/** `refusal` undefined: allowed. */
export type Verdict = { readonly refusal: Refusal | undefined }
type Kept = Verdict & { readonly at: number; readonly keepMs: number }

/** Verdicts of the app that it lets the server keep for a while. */
export class VerdictCache {
  readonly #kept = new Map<string, Kept>()

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  get(key: string): Verdict | undefined {
    const kept = this.#kept.get(key)
    if (!kept) return undefined
    // A map keeps the order of insertion.
    this.#kept.delete(key)
    const age = this.clock.now() - kept.at
    // A clock that was set back must not make it last longer.
    if (age < 0 || age >= kept.keepMs) return undefined
    this.#kept.set(key, kept)
    return kept
  }

  put(key: string, verdict: Verdict, keepMs: number): void {
    this.#kept.delete(key)
    this.#kept.set(key, { ...verdict, at: this.clock.now(), keepMs })
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest)
  }
}
