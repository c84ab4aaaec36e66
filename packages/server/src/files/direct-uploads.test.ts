import { asUserId } from '@roomful/protocol'
import { expect, test, vi } from 'vitest'
import { ManualClock } from '../node/test-node'
import { DirectUploading } from './direct-uploads'
import type { DirectUploads, FileStore } from './file-store'
import { KindLimits } from './kind-limits'
import { PictureTurns } from './picture-turns'
import type { Staging } from './staging'
import { UploadQuota } from './upload-quota'
import { Uploads } from './uploads'

const DAY_MS = 24 * 3_600_000
const log = { debug() {}, info() {}, warn() {}, error() {} }

/** Uploads into a store that holds when each key was sent. */
function uploading() {
  const clock = new ManualClock()
  const sent = new Map<string, number>()
  const direct: DirectUploads = {
    address: async (key) => ({ url: `https://bucket.example.com/${key}`, headers: {} }),
    received: async (key) => (sent.has(key) ? new Blob(['bytes']).stream() : undefined),
    discard: async (key) => void sent.delete(key),
    async *olderThan(beforeMs) {
      for (const [key, at] of sent) if (at < beforeMs) yield key
    },
  }
  const store = { find: async () => undefined, measure: async () => 0 } as Partial<FileStore> as FileStore
  const limits = new KindLimits()
  const uploads = new Uploads({
    store,
    staging: {} as Staging,
    limits,
    turns: new PictureTurns(clock),
    clock,
    log,
  })
  const quota = new UploadQuota({
    ...{ files: store, isShown: async () => false, clock, log },
    limits: { bytesPerHour: 0, bytesInAll: 0, bytesOfOne: limits.most },
  })
  const suffixOf = (_user: string, key = '0123456789abcdef') => key
  return {
    clock,
    sent,
    accepting: vi.spyOn(uploads, 'accept'),
    uploading: new DirectUploading({ store, direct, uploads, quota, clock, log, suffixOf }),
  }
}

test('the address is for the user who asks, the size and the hash, and expires', async () => {
  const { clock, uploading: uploads } = uploading()
  const announced = { size: 5, sha256: 'ab'.repeat(32) }
  const begun = await uploads.begin(asUserId('ann'), announced)
  const id = `5-${'ab'.repeat(32)}-0123456789abcdef`
  expect(begun).toMatchObject({ id, headers: {}, expiresAt: clock.now() + 900_000 })
  const other = await uploads.begin(asUserId('bob'), announced)
  if ('ok' in begun || 'ok' in other) throw new Error('refused')
  expect(begun.url).toMatch(new RegExp(`^https://bucket.example.com/[0-9a-f]{32}/${id}$`))
  expect(other.url).not.toBe(begun.url)
  expect(await uploads.finish({ id: asUserId('ann'), name: 'Ann' }, id)).toBeUndefined()
})

test('a repeated one with its key is the same upload, and counts once as under way', async () => {
  const { uploading: uploads } = uploading()
  const announced = { size: 5, sha256: 'ab'.repeat(32) }
  const ids = new Set<unknown>()
  for (let tries = 0; tries < 200; tries++) {
    const begun = await uploads.begin(asUserId('ann'), announced, 'fedcba9876543210')
    ids.add('ok' in begun ? begun : begun.id)
  }
  expect([...ids]).toEqual([`5-${'ab'.repeat(32)}-fedcba9876543210`])
})

test('of a picture for which too many wait, it is refused for now, and what was sent stays for the next try', async () => {
  const { uploading: uploads, sent, accepting } = uploading()
  const [owner, sha256] = [{ id: asUserId('ann'), name: 'Ann' }, 'ab'.repeat(32)]
  const begun = await uploads.begin(owner.id, { size: 5, sha256 })
  if ('ok' in begun) throw new Error(begun.code)
  sent.set(begun.url.slice('https://bucket.example.com/'.length), 0)
  accepting.mockResolvedValueOnce({ ok: false, code: 'OVERLOADED', retryAfterMs: 5_000 })
  expect(await uploads.finish(owner, begun.id)).toMatchObject({ code: 'OVERLOADED', retryAfterMs: 5_000 })
  expect(sent.size).toBe(1)
  const file = {
    id: `${sha256}-0`,
    ownerId: owner.id,
    kind: 'image/png',
    size: 5,
    sha256,
    createdAt: 0,
  } as const
  accepting.mockResolvedValueOnce(file)
  expect(await uploads.finish(owner, begun.id)).toEqual(file)
  expect(sent.size).toBe(0)
})

test('what was not finished within a day is discarded, and a stop ends it', async () => {
  const { clock, sent, uploading: uploads } = uploading()
  const now = clock.now()
  for (const name of ['one', 'two']) sent.set(name, now - DAY_MS - 1)
  sent.set('young', now - DAY_MS + 1)
  let left = 1
  await uploads.sweep(now, () => left-- === 0)
  expect([...sent.keys()]).toEqual(['two', 'young'])
  await uploads.sweep(now, () => false)
  expect([...sent.keys()]).toEqual(['young'])
})
