import * as v from 'valibot'
import type { Claims } from '../core/claims'

/** Of the JSON. A token of the largest size holds no more; each connection keeps its own. */
const CLAIMS_BYTES = 8 * 1024

/** A frozen copy: the app's object may change later, and hooks share this one. */
export const ClaimsFact = v.pipe(
  v.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
  v.rawTransform<object, Claims>(({ dataset, addIssue, NEVER }) => {
    const copy = jsonCopy(dataset.value)
    if (copy) return copy
    addIssue({ message: `claims are plain JSON of at most ${CLAIMS_BYTES} bytes` })
    return NEVER
  }),
)

function jsonCopy(value: object): Claims | undefined {
  try {
    const json = JSON.stringify(value)
    if (Buffer.byteLength(json) > CLAIMS_BYTES) return undefined
    return JSON.parse(json, (_, part: unknown) => Object.freeze(part))
  } catch {
    // Such as a BigInt, or an object that contains itself.
    return undefined
  }
}
