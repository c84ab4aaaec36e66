import { LIMITS } from '@roomful/protocol'

/**
 * The name of a direct-message room, for lists that have nothing better: the names of its users. Cut by code points:
 * half a surrogate pair would be refused by the store.
 */
export function dmNameOf(names: readonly string[]): string {
  return [...[...names].sort().join(', ')].slice(0, LIMITS.roomNameLength).join('')
}
