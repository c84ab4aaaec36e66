import { StoreError } from '../../stores/port'
import type { S3Client } from './s3-client'

export type S3Object = { readonly key: string; readonly size: number; readonly modifiedMs: number }

/** All objects whose keys begin so, in the order of the keys, a page at a time. */
export async function* listObjects(
  client: S3Client,
  prefix: string,
  pageSize: number,
): AsyncGenerator<S3Object> {
  let more: string | undefined
  do {
    const query = { 'list-type': '2', 'max-keys': String(pageSize), prefix }
    const continued = more === undefined ? {} : { 'continuation-token': more }
    const page = await client.request('GET', '', { query: { ...query, ...continued } })
    if (!page) throw new StoreError('UNAVAILABLE', 'files: there is no such bucket')
    const xml = await page.text()
    for (const [, entry = ''] of xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)) yield objectFrom(entry)
    more = tagged(xml, 'IsTruncated') === 'true' ? tagged(xml, 'NextContinuationToken') : undefined
  } while (more !== undefined)
}

function objectFrom(entry: string): S3Object {
  return {
    key: tagged(entry, 'Key') ?? '',
    size: Number(tagged(entry, 'Size')),
    modifiedMs: Date.parse(tagged(entry, 'LastModified') ?? ''),
  }
}

/** Keys of this store have no character that XML would encode. */
const tagged = (xml: string, tag: string): string | undefined =>
  new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1]
