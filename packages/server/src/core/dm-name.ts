import { LIMITS } from '@roomful/protocol'

/**
 * A direct-message room's name, for lists that show nothing better: the names of all who are in it. By code points: half a
 * surrogate pair would be refused by the store.
 */
export function dmNameOf(names: readonly string[]): string {
  return [...[...names].sort().join(', ')].slice(0, LIMITS.roomNameLength).join('')
}
