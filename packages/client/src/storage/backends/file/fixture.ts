import { sampleRow } from '../../../model/rows/timeline/sample-rows'
import { copyOn, type TestCopy } from '../../../test-support/copies'
import type { StoredEntry, StoredRoom } from '../../local-copy'
import { fileStore } from '../file'

/** What the tests of the file store share: one user and their data. */
export const ann = { url: 'https://chat.example', userId: 'ann' }

export const entryOf = (clientId: string, order = 1): StoredEntry => ({
  clientId,
  roomId: 'r1',
  order,
  data: { content: `text of ${clientId}` },
})

export const roomOf = (roomId: string, cursor = 9): StoredRoom => ({
  roomId,
  cursor,
  lastSeq: cursor,
  ranges: [{ from: 1, to: cursor }],
  lastReadSeq: 0,
  floorSeq: 1,
  item: null,
  draft: `draft of ${roomId}`,
  usedAt: cursor,
})

export const chunkOf = (roomId: string) => ({
  roomId,
  index: 0,
  messages: [sampleRow(1, 1), sampleRow(2, 2)],
})

export const fileCopy = (...at: Parameters<typeof fileStore>): TestCopy => copyOn(fileStore(...at))
