import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const SECRET_BYTES = 32

/** The secret in this file; made, readable by the owner only, if it is missing. */
export function keptSecret(path: string): string {
  mkdirSync(dirname(path), { recursive: true })
  try {
    // `wx`: of two processes that start at once, one makes it and the other reads it.
    writeFileSync(path, newSecret(), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const secret = readFileSync(path, 'utf8').trim()
  if (secret === '') throw new Error(`${path} is empty: delete it, or give a secret with --jwt-secret`)
  return secret
}

export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')
