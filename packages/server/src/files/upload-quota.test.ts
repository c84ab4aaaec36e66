import { asUserId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { ManualClock } from '../node/test-node'
import { StoreError } from '../stores/port'
import type { StoredFile } from './file-store'
import { UploadQuota } from './upload-quota'

const MB = 1024 * 1024
const [ann, bob] = [asUserId('ann'), asUserId('bob')]

function quotaOf({ perHour = 0, inAll = 0, onDisk = 0 } = {}) {
  const clock = new ManualClock()
  const disk = { bytes: onDisk, looks: 0 }
  const shown = new Set<string>()
  const database = { isDown: false }
  let ids = 0
  const quota = new UploadQuota({
    files: {
      measure: async () => {
        disk.looks++
        return disk.bytes
      },
    },
    isShown: async (id) => {
      if (database.isDown) throw new StoreError('UNAVAILABLE', 'the database is down')
      return shown.has(id)
    },
    clock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    limits: { bytesPerHour: perHour, bytesInAll: inAll, bytesOfOne: 10 * MB },
  })
  const upload = async (userId: typeof ann, size: number, declared: number | undefined = size) => {
    const grant = await quota.begin(userId, declared)
    if ('ok' in grant) return grant
    const id = `file-${++ids}`
    const file: StoredFile = {
      id,
      ownerId: userId,
      kind: 'image/png',
      size,
      sha256: id,
      createdAt: clock.now(),
    }
    grant.finish(file)
    return id
  }
  return { clock, disk, database, shown, quota, upload }
}

describe('bytes of a user in an hour', () => {
  test('more is RATE_LIMITED, with the time to retry; another user is not affected', async () => {
    const { clock, upload } = quotaOf({ perHour: 100 * MB })
    for (let i = 0; i < 10; i++) expect(await upload(ann, 10 * MB)).toMatch(/^file/)
    const refused = await upload(ann, MB)
    expect(refused).toMatchObject({ code: 'RATE_LIMITED', limit: 100 * MB, retryAfterMs: expect.any(Number) })
    expect(await upload(bob, MB)).toMatch(/^file/)
    await clock.pass(3_600_000)
    expect(await upload(ann, 10 * MB)).toMatch(/^file/)
  })

  test('an upload without a length is counted by its actual one, a failed one not at all', async () => {
    const { quota, upload } = quotaOf({ perHour: 100 * MB })
    for (let i = 0; i < 50; i++) expect(await upload(ann, 1_000, undefined)).toMatch(/^file/)
    for (let i = 0; i < 50; i++) {
      const grant = await quota.begin(ann, 10 * MB)
      if ('ok' in grant) throw new Error(grant.code)
      grant.finish(undefined)
    }
    expect(await upload(ann, 10 * MB)).toMatch(/^file/)
  })

  test('one that took work to find out that it is no picture counts by its actual length', async () => {
    const { quota, upload } = quotaOf({ perHour: 20 * MB })
    const grant = await quota.begin(ann)
    if ('ok' in grant) throw new Error(grant.code)
    grant.charge(4 * MB)
    grant.finish(undefined)
    expect(await upload(ann, 10 * MB)).toMatch(/^file/)
    expect(await upload(ann, 6 * MB)).toMatch(/^file/)
    expect(await upload(ann, 1)).toMatchObject({ code: 'RATE_LIMITED' })
  })

  test('one that ends because the database is down does not count, for its user or for all', async () => {
    const { database, upload } = quotaOf({ perHour: 100 * MB, inAll: 20 * MB })
    for (let i = 0; i < 100; i++) expect(await upload(ann, 10)).toMatch(/^file/)
    database.isDown = true
    for (let i = 0; i < 20; i++)
      await expect(upload(ann, 10 * MB)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    database.isDown = false
    expect(await upload(bob, 10 * MB)).toMatch(/^file/)
    expect(await upload(ann, 10)).toMatchObject({ code: 'RATE_LIMITED', limit: 100 })
  })

  test('one that lapses stays counted, and no longer as under way', async () => {
    const { quota, upload } = quotaOf({ perHour: 20 * MB, inAll: 11 * MB })
    const grant = await quota.begin(ann, 10 * MB)
    if ('ok' in grant) throw new Error(grant.code)
    expect(await upload(bob, 2 * MB)).toMatchObject({ code: 'STORAGE_FULL' })
    grant.lapse()
    expect(await upload(ann, 10 * MB)).toMatch(/^file/)
    expect(await upload(ann, 1)).toMatchObject({ code: 'RATE_LIMITED' })
    expect(await upload(bob, MB)).toMatch(/^file/)
  })

  test('simultaneous uploads do not each see the whole quota', async () => {
    const { quota } = quotaOf({ perHour: 100 * MB })
    const begun = await Promise.all(Array.from({ length: 30 }, () => quota.begin(ann, 10 * MB)))
    expect(begun.filter((grant) => 'ok' in grant)).toHaveLength(20)
  })
})

test('files that nothing shows: a hundred in an hour, those that a message shows apart', async () => {
  const { clock, shown, upload } = quotaOf({ perHour: 100 * MB })
  const ids: unknown[] = []
  for (let i = 0; i < 100; i++) ids.push(await upload(ann, 10))
  expect(await upload(ann, 10)).toMatchObject({ code: 'RATE_LIMITED', limit: 100, retryAfterMs: 3_600_000 })
  for (const id of ids.slice(0, 60)) shown.add(String(id))
  expect(await upload(ann, 10)).toMatch(/^file/)
  await clock.pass(3_600_001)
  expect(await upload(ann, 10)).toMatch(/^file/)
})

describe('bytes in all', () => {
  test('a file that does not fit is STORAGE_FULL; removed ones make room within a minute', async () => {
    const { clock, disk, upload } = quotaOf({ inAll: 100 * MB, onDisk: 95 * MB })
    expect(await upload(ann, 6 * MB)).toMatchObject({ code: 'STORAGE_FULL', limit: 100 * MB })
    expect(await upload(ann, 4 * MB)).toMatch(/^file/)
    expect(await upload(bob, 4 * MB)).toMatchObject({ code: 'STORAGE_FULL' })
    disk.bytes = 10 * MB
    const looks = disk.looks
    for (let i = 0; i < 5; i++) expect(await upload(bob, 4 * MB)).toMatchObject({ code: 'STORAGE_FULL' })
    expect(disk.looks).toBe(looks)
    await clock.pass(60_000)
    expect(await upload(bob, 4 * MB)).toMatch(/^file/)
  })

  test('no limit means none', async () => {
    const { upload, quota } = quotaOf({ onDisk: 5 * MB })
    expect(await upload(ann, 10 * MB)).toMatch(/^file/)
    expect(quota.bytesInAll).toBe(15 * MB)
  })
})
