import { LocalStoreError } from './port'

/** A part of a write as text. A value that cannot be written is no sign about the storage: it is `invalid`. */
export function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    throw new LocalStoreError('invalid', `a value cannot be written: ${String(cause)}`, { cause })
  }
}
