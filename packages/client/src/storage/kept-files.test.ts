import { expect, test } from 'vitest'
import { copyOn, hooked } from '../test-support/copies'
import { picture } from '../test-support/picture'
import { memoryStore } from './backends/memory'
import { LocalStoreError } from './port'

const ADA = { url: 'test:', userId: 'ada' }
const entryOf = (clientId: string) => ({ clientId, roomId: 'general', order: 1, data: null })
/** A file that says that it is as large. */
const large = (mb: number): Blob =>
  Object.defineProperty(new Blob(['film']), 'size', { value: mb * 1_000_000 })

async function opened(disk = memoryStore()) {
  const copy = copyOn(disk)
  await copy.open(ADA)
  return copy
}

test('a file is kept also where the copy is read again at that moment', async () => {
  const copy = await opened()
  await copy.write({ putEntries: [entryOf('cat')] })
  const refreshing = copy.refresh()
  await Promise.all([refreshing, copy.keepFile('cat', picture())])
  expect((await copy.readFile('cat'))?.size).toBe(picture().size)
})

test('and where its message is not on the disk yet', async () => {
  const copy = await opened()
  const keeping = copy.keepFile('cat', picture())
  await copy.refresh()
  await keeping
  await copy.write({ putEntries: [entryOf('cat')] })
  expect((await copy.readFile('cat'))?.size).toBe(picture().size)
  await copy.write({ deleteEntries: ['cat'] })
  expect(await copy.readFile('cat')).toBeUndefined()
})

test('a file that is kept anew, after an attempt that a crash has cut off, counts once', async () => {
  const disk = memoryStore()
  const first = await opened(disk)
  await first.write({ putEntries: [entryOf('film'), entryOf('cat')] })
  await first.keepFile('film', large(24))
  await first.keepFile('cat', large(10))
  const second = await opened(disk)
  await second.keepFile('film', large(24))
  await expect(second.keepFile('dog', large(17))).rejects.toMatchObject({ reason: 'quota' })
})

test('a file of which a record cannot be read is not there, and nothing waits for it', async () => {
  const disk = memoryStore()
  const first = await opened(disk)
  await first.write({ putEntries: [entryOf('cat')] })
  await first.keepFile('cat', picture())
  const damaged = hooked(disk, {
    load: (paths, load) =>
      paths.some(([table]) => table === 'files')
        ? Promise.reject(new LocalStoreError('corrupt', 'a record is damaged'))
        : load(),
  })
  const copy = await opened(damaged)
  expect(await copy.readFile('cat')).toBeUndefined()
})
