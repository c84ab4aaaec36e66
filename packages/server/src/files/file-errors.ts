import { StoreError } from '../stores/port'

export function ignoreMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error
}

export function isMissing(error: unknown): boolean {
  return isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

export function toStoreError(error: NodeJS.ErrnoException): StoreError {
  const code = error.code === 'ENOSPC' || error.code === 'EDQUOT' ? 'STORAGE_FULL' : 'UNAVAILABLE'
  return new StoreError(code, `files: ${error.code}`, { cause: error })
}
