import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { UserId } from '@roomful/protocol'
import * as v from 'valibot'
import { ConfigError } from '../../options'
import { isRequestable } from '../../requested-address'
import { FILE_KINDS } from '../file-kinds'
import { FILE_ID, type FileStore, type StoredFile, THUMBNAIL_SIZES, type ThumbnailSize } from '../file-store'
import { NO_ENDPOINT, S3Client, type S3Location } from './s3-client'
import { directUploads } from './s3-direct'
import { listObjects } from './s3-list'

export type S3Options = S3Location & {
  /** What the keys of all objects begin with, such as `chat/`; nothing by default. */
  readonly prefix?: string
  /** Objects in one page of a list; S3 has at most 1,000, which is the default. */
  readonly pageSize?: number
}

const FileHeaders = v.object({
  ownerId: UserId,
  kind: v.picklist(FILE_KINDS),
  size: v.pipe(v.string(), v.transform(Number), v.safeInteger()),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  createdAt: v.pipe(v.string(), v.transform(Number), v.safeInteger()),
})

/**
 * Files in a bucket of S3, or of a server that is compatible with it:
 *
 *   <prefix>files/<id>/original    the bytes; whose they are is in the object's own metadata
 *   <prefix>files/<id>/160         a thumbnail of them
 *   <prefix>incoming/<key>         what a client uploaded past the server, and did not finish yet
 *
 * @example
 * const accessKeyId = process.env.AWS_ACCESS_KEY_ID ?? ''
 * const secretAccessKey = process.env.AWS_SECRET_ACCESS_KEY ?? ''
 * const credentials = { accessKeyId, secretAccessKey }
 * const files = s3FileStore({ bucket: 'chat-files', region: 'eu-central-1', credentials })
 */
export function s3FileStore({ prefix = '', pageSize = 1_000, ...location }: S3Options): FileStore {
  if (!/^[\w./-]*$/.test(prefix))
    throw new ConfigError([
      'the prefix of the files in a bucket must be letters, digits and / . _ - (--files)',
    ])
  if (location.endpoint !== undefined && !isRequestable(location.endpoint))
    throw new ConfigError([NO_ENDPOINT])
  const client = new S3Client(location)
  const root = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
  const [files, incoming] = [`${root}files/`, `${root}incoming/`]
  const keyOf = (id: string, part: ThumbnailSize | 'original' = 'original'): string => `${files}${id}/${part}`
  const upload = async (key: string, path: string, headers: Readonly<Record<string, string>>) => {
    const { size } = await stat(path)
    const body = (): ReadableStream<Uint8Array> =>
      Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>
    await client.request('PUT', key, { headers: { ...headers, 'content-length': String(size) }, body })
  }
  return {
    put: (file, path) => upload(keyOf(file.id), path, headersOf(file)),

    async find(id) {
      if (!FILE_ID.test(id)) return undefined
      const answer = await client.request('HEAD', keyOf(id))
      return answer && fileFrom(id, answer.headers)
    },

    async content({ id }, thumbnail) {
      const answer = await client.request('GET', keyOf(id, thumbnail))
      return answer?.body ?? undefined
    },

    putThumbnail: ({ id }, size, path) => upload(keyOf(id, size), path, { 'content-type': 'image/webp' }),

    async *olderThan(beforeMs) {
      let last = ''
      for await (const { key, modifiedMs } of listObjects(client, files, pageSize)) {
        // Also for a thumbnail that is left of a removed file.
        const [id = ''] = key.slice(files.length).split('/')
        if (id === last || modifiedMs >= beforeMs) continue
        last = id
        yield id
      }
    },

    async remove(id) {
      if (!FILE_ID.test(id)) return
      for (const part of ['original', ...THUMBNAIL_SIZES] as const)
        await client.request('DELETE', keyOf(id, part))
    },

    async measure() {
      let bytes = 0
      for (const part of [files, incoming])
        for await (const { size } of listObjects(client, part, pageSize)) bytes += size
      return bytes
    },

    link: ({ id }, { contentType, disposition, expiresInMs }) =>
      client.presign('GET', keyOf(id), {
        query: {
          'response-content-type': contentType,
          'response-content-disposition': disposition,
          'response-cache-control': 'private, no-store',
        },
        expiresInMs,
      }),

    direct: directUploads(client, incoming, pageSize),
  }
}

const headersOf = ({ ownerId, kind, sha256, createdAt }: StoredFile): Readonly<Record<string, string>> => ({
  'content-type': kind,
  // S3 compares it with what arrives.
  'x-amz-content-sha256': sha256,
  'x-amz-meta-owner': Buffer.from(ownerId).toString('base64url'),
  'x-amz-meta-kind': kind,
  'x-amz-meta-sha256': sha256,
  'x-amz-meta-created-at': String(createdAt),
})

function fileFrom(id: string, headers: Headers): StoredFile {
  const facts = v.parse(FileHeaders, {
    ownerId: Buffer.from(headers.get('x-amz-meta-owner') ?? '', 'base64url').toString(),
    kind: headers.get('x-amz-meta-kind'),
    size: headers.get('content-length'),
    sha256: headers.get('x-amz-meta-sha256'),
    createdAt: headers.get('x-amz-meta-created-at'),
  })
  return { id, ...facts }
}
