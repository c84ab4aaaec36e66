import { StoreError } from '../stores/port'
import type { EphemeralStore } from './ephemeral-store'
import { MemoryEphemeral } from './memory-ephemeral'

/** Stands in where ephemeral rooms are impossible, for a logged reason: there are none, and all else works. */
export function awayEphemeral(): EphemeralStore {
  const refuse = async (): Promise<never> => {
    throw new StoreError('UNAVAILABLE', 'there can be no ephemeral rooms here')
  }
  const none = new MemoryEphemeral({ now: () => 0 })
  return {
    commit: refuse,
    read: (reads) => none.read(reads),
    createRoom: refuse,
    markRead: async () => undefined,
    putReport: refuse,
    touch: async () => {},
    sweep: async () => 0,
    close: async () => {},
  }
}
