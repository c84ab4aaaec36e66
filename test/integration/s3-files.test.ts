import { StoreError, s3FileStore } from '@roomful/server'
import { fileStoreContract } from '@roomful/server/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KEYS, startBucket, type TestBucket } from './s3-bucket'
import { signatureProblem } from './signature-gate'

let bucket: TestBucket
beforeAll(async () => {
  bucket = await startBucket()
})
afterAll(() => bucket[Symbol.asyncDispose]())

let prefixes = 0
fileStoreContract('S3', async () => {
  const prefix = `chat/${++prefixes}`
  // Small pages, so that each list has many.
  const open = async () => s3FileStore({ ...bucket.location, prefix, pageSize: 7 })
  return { store: await open(), reopen: open, dispose: async () => {} }
})

describe('a bucket', () => {
  test('that cannot be read is a StoreError without keys and signatures in it', async () => {
    const id = `${'0'.repeat(64)}-${'0'.repeat(16)}`
    const secretAccessKey = 'not the secret'
    const wrong = s3FileStore({ ...bucket.location, credentials: { ...KEYS, secretAccessKey } })
    const failed = async (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error)
    const error = await failed(wrong.find(id))
    expect(error).toBeInstanceOf(StoreError)
    expect(error).toMatchObject({ code: 'UNAVAILABLE' })
    expect(String(error)).toBe('StoreError: files: the bucket: HEAD was answered with 403')
    expect(String(await failed(wrong.measure()))).toContain('403 SignatureDoesNotMatch')
    const missing = s3FileStore({ ...bucket.location, bucket: 'no-such-bucket' })
    expect(String(await failed(missing.measure()))).toContain('NoSuchBucket')
    bucket.gate.isOpen = false
    expect(await failed(s3FileStore(bucket.location).find(id))).toMatchObject({ code: 'UNAVAILABLE' })
    bucket.gate.isOpen = true
  })

  test('has keys that are asked for each time', async () => {
    let asked = 0
    const credentials = async () => {
      asked++
      return KEYS
    }
    const store = s3FileStore({ ...bucket.location, credentials })
    await store.find(`${'0'.repeat(64)}-${'0'.repeat(16)}`)
    await store.find(`${'1'.repeat(64)}-${'0'.repeat(16)}`)
    expect(asked).toBe(2)
  })
})

test('the gate of these tests knows the published example of a signature', () => {
  const url =
    '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404'
  const request = { method: 'GET', url, headers: { host: 'examplebucket.s3.amazonaws.com' } }
  const keys = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  }
  const now = Date.UTC(2013, 4, 24, 12)
  expect(signatureProblem(request, keys, now)).toBeUndefined()
  expect(signatureProblem({ ...request, method: 'PUT' }, keys, now)).toBe('SignatureDoesNotMatch')
  expect(signatureProblem(request, keys, now + 86_400_000)).toBe('AccessDenied')
})
