import { LocalStoreError } from '../../port'

/** Maps a file system error to the port's; the port's own errors pass through. */
export function failureOf(error: unknown): LocalStoreError {
  if (error instanceof LocalStoreError) return error
  const code = codeOf(error)
  const text = error instanceof Error ? error.message : String(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return new LocalStoreError('quota', text, { cause: error })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR')
    return new LocalStoreError('unavailable', text, { cause: error })
  return new LocalStoreError('lost', text, { cause: error })
}

export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT'
export const isTaken = (error: unknown): boolean => codeOf(error) === 'EEXIST'

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
