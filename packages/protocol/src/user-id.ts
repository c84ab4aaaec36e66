import type { UserId } from './ids'

export const USER_ID = /^[A-Za-z0-9_.:@|+-]{1,128}$/

export const isUserId = (value: unknown): value is UserId => typeof value === 'string' && USER_ID.test(value)
