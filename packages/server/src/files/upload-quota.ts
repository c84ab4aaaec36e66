import type { UserId } from '@roomful/protocol'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { Rates } from '../handlers/rates'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { FileStore, StoredFile } from './file-store'

/** How much is accepted; 0: no limit. */
export type UploadLimits = {
  /** Bytes of one user in an hour, on this server. */
  readonly bytesPerHour: number
  /** Total bytes of all files in the store. */
  readonly bytesInAll: number
  /** The largest upload. */
  readonly bytesOfOne: number
}

const HOUR_MS = 3_600_000
/** Uploads of the last hour of one user that no message shows yet. An album is posted within minutes. */
const UNSHOWN_PER_HOUR = 100
/**
 * Other servers may write to the store too, and the sweep removes: so it is measured again, but not too often.
 */
const MEASURED_FOR_MS = 600_000
const FULL_MEASURED_FOR_MS = 60_000
/** Users whose uploads are remembered; beyond it, those without an upload in the last hour are dropped. */
const USERS = 10_000

export type UploadQuotaDeps = {
  readonly files: Pick<FileStore, 'measure'>
  readonly isShown: (fileId: string) => Promise<boolean>
  readonly clock: Clock
  readonly log: Log
  readonly limits: UploadLimits
}

type Upload = { readonly id: string; readonly at: number }

/** A permitted upload: call `finish` or `lapse`, once. */
export type UploadGrant = {
  /** These bytes count even if nothing of them is kept: it took work to find that out. */
  charge(bytes: number): void
  /** With the file, or without one if nothing of it was kept. */
  finish(file: StoredFile | undefined): void
  /** It comes to nothing, and counts all the same: its bytes may have been sent. */
  lapse(): void
}

/** Limits uploads: bytes of a user in an hour, files that nothing shows, and bytes in all. */
export class UploadQuota {
  readonly #bytes: Rates<UserId>
  readonly #recent = new Map<UserId, readonly Upload[]>()
  #inAll = 0
  /** Bytes of uploads under way. */
  #promised = 0
  #measuredAt = Number.NEGATIVE_INFINITY
  #measuring: Promise<void> | undefined

  constructor(private readonly deps: UploadQuotaDeps) {
    const { bytesPerHour, bytesOfOne } = deps.limits
    const burst = Math.max(bytesPerHour, bytesOfOne)
    this.#bytes = new Rates({ perSecond: bytesPerHour / 3_600, burst }, deps.clock)
    void this.#measured(0)
  }

  /** Bytes in the store, as far as this server knows. */
  get bytesInAll(): number {
    return this.#inAll
  }

  /** `bytes`: the announced length; undefined: none was announced. */
  async begin(userId: UserId, bytes?: number): Promise<UploadGrant | Refusal> {
    const { limits } = this.deps
    const bucket = this.#bytes.of(userId)
    if (bucket.isSpent)
      return refuse('RATE_LIMITED', { limit: limits.bytesPerHour, retryAfterMs: bucket.retryAfterMs })
    const promised = Math.min(bytes ?? limits.bytesOfOne, limits.bytesOfOne)
    // Before the first await: several uploads at once must not each see room for one.
    bucket.spend(promised)
    this.#promised += promised
    const giveBack = (): void => {
      bucket.spend(-promised)
      this.#promised -= promised
    }
    try {
      const refusal = (await this.#unshownRefusal(userId)) ?? (await this.#fullRefusal())
      if (refusal) {
        giveBack()
        return refusal
      }
    } catch (error) {
      giveBack()
      throw error
    }
    let charged = 0
    return {
      charge: (bytes) => {
        charged = bytes
      },
      finish: (file) => {
        this.#promised -= promised
        bucket.spend((file?.size ?? charged) - promised)
        const recent = this.#recentOf(userId)
        // An upload that was repeated is one file.
        if (!file || recent.some(({ id }) => id === file.id)) return
        this.#inAll += file.size
        this.#recent.set(userId, [...recent, { id: file.id, at: this.deps.clock.now() }])
      },
      lapse: () => {
        this.#promised -= promised
      },
    }
  }

  async #unshownRefusal(userId: UserId): Promise<Refusal | undefined> {
    if (this.deps.limits.bytesPerHour === 0) return undefined
    const recent = this.#recentOf(userId)
    if (recent.length < UNSHOWN_PER_HOUR) return undefined
    const unshown: Upload[] = []
    for (const upload of recent) if (!(await this.deps.isShown(upload.id))) unshown.push(upload)
    this.#recent.set(userId, unshown)
    const [oldest] = unshown
    if (!oldest || unshown.length < UNSHOWN_PER_HOUR) return undefined
    const retryAfterMs = Math.max(0, oldest.at + HOUR_MS - this.deps.clock.now())
    return refuse('RATE_LIMITED', { limit: UNSHOWN_PER_HOUR, retryAfterMs })
  }

  async #fullRefusal(): Promise<Refusal | undefined> {
    const { bytesInAll } = this.deps.limits
    const isFull = (): boolean => this.#inAll + this.#promised > bytesInAll
    const measured = this.#measured(MEASURED_FOR_MS)
    // Without a limit it is measured for the metrics only; a large store takes its time.
    if (bytesInAll === 0) return undefined
    await measured
    if (isFull()) await this.#measured(FULL_MEASURED_FOR_MS)
    return isFull() ? refuse('STORAGE_FULL', { limit: bytesInAll }) : undefined
  }

  /** Resolves when the store was measured no longer ago than that. A failed measurement leaves the known value. */
  #measured(forMs: number): Promise<void> {
    const { clock, files, log } = this.deps
    const age = clock.now() - this.#measuredAt
    if (age >= 0 && age < forMs) return Promise.resolve()
    this.#measuring ??= files
      .measure()
      .then(
        (bytes) => {
          this.#inAll = bytes
        },
        (error: unknown) => log.warn({ err: error }, 'the files could not be measured'),
      )
      .finally(() => {
        this.#measuredAt = clock.now()
        this.#measuring = undefined
      })
    return this.#measuring
  }

  #recentOf(userId: UserId): readonly Upload[] {
    const since = this.deps.clock.now() - HOUR_MS
    if (this.#recent.size > USERS)
      for (const [id, uploads] of this.#recent)
        if ((uploads.at(-1)?.at ?? 0) <= since) this.#recent.delete(id)
    return (this.#recent.get(userId) ?? []).filter(({ at }) => at > since)
  }
}
