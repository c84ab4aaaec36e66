import type { DirectUploads } from '../file-store'
import type { S3Client } from './s3-client'
import { listObjects } from './s3-list'

/** Uploads of clients into the bucket, by an address that is signed for one key and one length. */
export function directUploads(client: S3Client, incoming: string, pageSize: number): DirectUploads {
  return {
    async address(key, size, expiresInMs) {
      const signed = { 'content-length': String(size) }
      const url = await client.presign('PUT', incoming + key, { headers: signed, expiresInMs })
      // The client's own fetch sets the length.
      return { url, headers: {} }
    },

    async received(key) {
      const answer = await client.request('GET', incoming + key)
      return answer?.body ?? undefined
    },

    async discard(key) {
      await client.request('DELETE', incoming + key)
    },

    async *olderThan(beforeMs) {
      for await (const { key, modifiedMs } of listObjects(client, incoming, pageSize))
        if (modifiedMs < beforeMs) yield key.slice(incoming.length)
    },
  }
}
