import { LIMITS } from '@roomful/protocol'

/**
 * The address of a picture as others get it: absolute, `http` or `https`, without a user or password in it. Undefined:
 * it is none.
 */
export function avatarUrlOf(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined
  if (url.username !== '' || url.password !== '') return undefined
  return url.href.length <= LIMITS.avatarUrlLength ? url.href : undefined
}
