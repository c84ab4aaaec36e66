import { randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'

/** Ids and randomness as inputs. */
export interface Ids {
  /** A UUIDv7 of that moment: sortable, unique on every node. */
  uuid(now: number): string
  /** Names one refusal in the answer and in the log. */
  requestId(): string
  /** Uniform in [0, 1). */
  random(): number
}

const REQUEST_ID_RADIX = 36

const UUID_BYTES = 16
/** Drawn for 256 ids at once: a system call for each took a twelfth of a message's cost. */
const pool = new Uint8Array(256 * UUID_BYTES)
let used = pool.length

function chance(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += UUID_BYTES
  return pool.subarray(used - UUID_BYTES, used)
}

export function systemIds(): Ids {
  // A random prefix distinguishes the requests of two processes; counting is cheaper than a UUID per request.
  const prefix = Math.floor(Math.random() * REQUEST_ID_RADIX ** 6).toString(REQUEST_ID_RADIX)
  let requests = 0
  return {
    uuid: (now) => v7({ msecs: now, rng: chance }),
    requestId: () => `${prefix}-${(++requests).toString(REQUEST_ID_RADIX)}`,
    random: Math.random,
  }
}
