import { beforeEach, describe, expect, test } from 'vitest'
import { LocalStoreError } from './port'
import { TroubledCopy } from './troubled-copy'
import { ann, metaOfAnn, settle, writerScene } from './writer-scene'

let disk: TroubledCopy
let scene: ReturnType<typeof writerScene>
beforeEach(() => {
  disk = new TroubledCopy()
})

const onDisk = async () => (await disk.inner.open(ann)).entries.map((entry) => entry.clientId)
const kept = () => disk.inner.open(ann)

describe('a value that can never be kept', () => {
  beforeEach(() => {
    scene = writerScene(disk, { r2: 1 })
  })

  test.each<[string, () => Error]>([
    ['the port', () => new LocalStoreError('invalid', 'not here')],
    ['a structured clone', () => new DOMException('() => 1 could not be cloned.', 'DataCloneError')],
    ['JSON in Chromium', () => new TypeError('Do not know how to serialize a BigInt')],
    ['JSON in Firefox', () => new TypeError('cyclic object value')],
    ['JSON in Safari', () => new TypeError('JSON.stringify cannot serialize cyclic structures.')],
  ])('in an entry, as %s reports it: everything written with it is kept', async (_whose, refusal) => {
    disk.refuse = (write) => (JSON.stringify(write.putEntries ?? []).includes('odd') ? refusal() : null)
    await scene.writer.open(ann)
    scene.send('c1')
    scene.send('c2', 'odd')
    scene.send('c3')
    scene.writer.begin(metaOfAnn)
    await settle()
    expect([scene.at('c1'), scene.error('c2'), scene.at('c3')]).toEqual(['ready', 'INVALID_PAYLOAD', 'ready'])
    scene.send('c4')
    await settle()
    expect(await onDisk()).toEqual(['c1', 'c3', 'c4'])
    expect(await disk.inner.readChunks('r2', [0])).toHaveLength(1)
    expect(scene.states).toEqual([])
  })

  test('in the rows of a room: they go, and its record and the other rooms are kept', async () => {
    scene = writerScene(disk, { r1: 1, r2: 2 })
    disk.refuse = ({ chunks = [] }) =>
      chunks.some(({ roomId }) => roomId === 'r1') ? new LocalStoreError('invalid', 'not here') : null
    await scene.open()
    await settle()
    const { rooms } = await kept()
    expect(rooms.map(({ roomId, ranges }) => [roomId, ranges.length]).sort()).toEqual([
      ['r1', 0],
      ['r2', 1],
    ])
    // And in the record itself: nothing of the room is kept then, for older rows of it would be stale.
    disk.refuse = ({ rooms = [] }) =>
      rooms.some(({ draft }) => draft === 'odd') ? new LocalStoreError('invalid', 'not here') : null
    scene.store.dispatch('r2', { type: 'draft', text: 'odd' })
    scene.clock.pass(250)
    await settle()
    expect((await kept()).rooms.map(({ roomId }) => roomId)).toEqual(['r1'])
    expect(scene.states).toEqual([])
  })
})
