import type { CommittedBatch } from '../pipeline/port'

/** Is all of a batch more text of messages that go on growing? */
export const isOnlyGrowth = ({ previous, changes }: CommittedBatch): boolean =>
  changes.every(
    (change) =>
      change.kind === 'message' &&
      change.message.stream?.state === 'streaming' &&
      change.message.seq <= previous.lastSeq,
  )
