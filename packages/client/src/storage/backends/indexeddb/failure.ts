import { LocalStoreError } from '../../port'

/**
 * The handle is dead and only returns errors from now on: Safari after the background, a force-closed connection, a
 * failing disk. It must be dropped; a retry on it never works.
 */
export const isDeadHandle = (error: unknown): boolean =>
  ['InvalidStateError', 'UnknownError', 'AbortError'].includes(nameOf(error))

/** The record cannot be read although the database can: a damaged or vanished blob behind it. */
export const isUnreadable = (error: unknown): boolean => ['DataError', 'UnknownError'].includes(nameOf(error))

/** An error thrown while a request is made: a value that cannot be cloned, or the app's own error out of one. */
export const isAboutValue = (error: unknown): boolean =>
  !(error instanceof DOMException) || ['DataCloneError', 'DataError'].includes(error.name)

/** Maps an IndexedDB error to the port's; the port's own errors pass through. */
export function failureOf(error: unknown): LocalStoreError {
  if (error instanceof LocalStoreError) return error
  const name = nameOf(error)
  const text = error instanceof Error ? error.message : String(error)
  // Some browsers report a full disk only in the message of another error.
  if (name === 'QuotaExceededError' || /quota|disk (is )?full/i.test(text))
    return new LocalStoreError('quota', 'no room left for the local copy', { cause: error })
  if (name === 'VersionError')
    return new LocalStoreError('unavailable', 'a newer version of the app has the local copy open', {
      cause: error,
    })
  if (isDeadHandle(error))
    return new LocalStoreError('lost', `the database was lost: ${name} ${text}`, { cause: error })
  return new LocalStoreError('unavailable', `IndexedDB does not work here: ${name} ${text}`, { cause: error })
}

/** `DOMException` is not an `Error` everywhere. */
function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : ''
}
