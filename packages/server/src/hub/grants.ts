import type { Head, RoomId, UserId } from '@roomful/protocol'

/**
 * A permission that is being read from the store. The read answers for a moment that may have passed when the answer
 * arrives: what is committed and published in between is noted here, so that nobody is subscribed after his
 * removal (I14), and no head is sent that is behind the subscription.
 */
export interface Grant {
  isRemoved(roomId: RoomId): boolean
  /** The later of what was read and what was published since. */
  headOf(roomId: RoomId, read: Head): Head
  /** When the answer has been acted upon, in the same tick. */
  end(): void
}

export class Grants {
  readonly #open = new Set<OpenGrant>()

  begin(userId: UserId): Grant {
    const grant: OpenGrant = {
      userId,
      removed: new Set(),
      heads: new Map(),
      isRemoved: (roomId) => grant.removed.has(roomId),
      headOf: (roomId, read) => {
        const published = grant.heads.get(roomId)
        return published && published.rev > read.rev ? published : read
      },
      end: () => this.#open.delete(grant),
    }
    this.#open.add(grant)
    return grant
  }

  noteHead(roomId: RoomId, head: Head): void {
    for (const grant of this.#open) grant.heads.set(roomId, head)
  }

  noteRemoval(userId: UserId, roomId: RoomId): void {
    for (const grant of this.#open) if (grant.userId === userId) grant.removed.add(roomId)
  }

  /** The room is gone, for whoever asks. */
  noteDeletion(roomId: RoomId): void {
    for (const grant of this.#open) grant.removed.add(roomId)
  }

  /** He is back before the answer came: the read may have been made while he was out, then it says so itself. */
  noteReturn(userId: UserId, roomId: RoomId): void {
    for (const grant of this.#open) if (grant.userId === userId) grant.removed.delete(roomId)
  }
}

type OpenGrant = Grant & {
  readonly userId: UserId
  readonly removed: Set<RoomId>
  readonly heads: Map<RoomId, Head>
}
