import { setTimeout as wait } from 'node:timers/promises'
import { AwsV4Signer } from 'aws4fetch'
import { NOT_REQUESTABLE } from '../../requested-address'
import { StoreError } from '../../stores/port'

export type S3Credentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export type S3Location = {
  readonly bucket: string
  /** `us-east-1` by default. */
  readonly region?: string
  /** The address of an S3-compatible server; Amazon's own by default. */
  readonly endpoint?: string
  /** Asked for each request if it is a function, as for keys that expire. */
  readonly credentials: S3Credentials | (() => S3Credentials | Promise<S3Credentials>)
}

type Query = Readonly<Record<string, string>>
type Headers = Readonly<Record<string, string>>
type S3Request = {
  readonly query?: Query
  readonly headers?: Headers
  /** A fresh one for each attempt. Needs the header `content-length`: S3 takes no chunks. */
  readonly body?: () => ReadableStream<Uint8Array>
}

/** The longest that one request takes, its body included. */
const REQUEST_MS = 300_000
const ATTEMPTS = 3
const FIRST_PAUSE_MS = 200

/** Signed requests to one bucket. Keys have letters, digits and `/ . _ -` only, which no encoding changes. */
export class S3Client {
  readonly #base: string

  constructor(private readonly location: S3Location) {
    const { bucket, endpoint, region = DEFAULT_REGION } = location
    // A certificate does not cover a bucket with a dot as a part of the host.
    const isPath = endpoint !== undefined || bucket.includes('.')
    this.#base = isPath
      ? `${(endpoint ?? `https://s3.${region}.amazonaws.com`).replace(/\/+$/, '')}/${bucket}`
      : `https://${bucket}.s3.${region}.amazonaws.com`
  }

  /**
   * Undefined if there is no such object to read or to remove. Rejects with a StoreError for every other failure, after a
   * few attempts if another may help.
   */
  async request(method: string, key: string, request: S3Request = {}): Promise<Response | undefined> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#attempt(method, key, request)
      if (answer instanceof Response) {
        if (answer.ok) return answer
        const code = method === 'HEAD' ? undefined : await codeOf(answer)
        if (answer.status === 404 && isMissing(method, code)) return undefined
        const problem = `${method} was answered with ${answer.status}${code === undefined ? '' : ` ${code}`}`
        if (attempt >= ATTEMPTS || !isPassing(answer.status)) throw failure(problem)
      } else if (attempt >= ATTEMPTS) throw failure(`${method} failed`, answer.error)
      await wait(FIRST_PAUSE_MS * 2 ** (attempt - 1))
    }
  }

  /** An address that anybody may use until it expires, for this method, with these headers. */
  async presign(
    method: string,
    key: string,
    { query = {}, headers = {}, expiresInMs }: { query?: Query; headers?: Headers; expiresInMs: number },
  ): Promise<string> {
    const expires = { 'X-Amz-Expires': String(Math.ceil(expiresInMs / 1_000)) }
    const signer = await this.#signer(method, this.#url(key, { ...query, ...expires }), headers, true)
    return (await signer.sign()).url.toString()
  }

  async #attempt(
    method: string,
    key: string,
    { query = {}, headers = {}, body }: S3Request,
  ): Promise<Response | { readonly error: unknown }> {
    const signer = await this.#signer(method, this.#url(key, query), headers, false)
    const signed = await signer.sign()
    const content = body?.()
    try {
      return await fetch(signed.url, {
        ...{ method, headers: signed.headers, redirect: 'error', signal: AbortSignal.timeout(REQUEST_MS) },
        ...(content === undefined ? {} : { body: content, duplex: 'half' as const }),
      })
    } catch (error) {
      await content?.cancel().catch(() => {})
      return { error }
    }
  }

  async #signer(method: string, url: string, headers: Headers, signQuery: boolean): Promise<AwsV4Signer> {
    const { credentials, region = DEFAULT_REGION } = this.location
    const keys = typeof credentials === 'function' ? await credentials() : credentials
    const { accessKeyId, secretAccessKey, sessionToken } = keys
    return new AwsV4Signer({
      ...{ method, url, headers: { ...headers }, region, service: 's3', accessKeyId, secretAccessKey },
      ...(sessionToken === undefined ? {} : { sessionToken }),
      // With the length among the signed headers, no other length is accepted.
      ...(signQuery ? { signQuery, allHeaders: true } : {}),
    })
  }

  #url(key: string, query: Query): string {
    const search = new URLSearchParams(query).toString()
    return `${this.#base}/${key}${search === '' ? '' : `?${search}`}`
  }
}

const DEFAULT_REGION = 'us-east-1'
export const NO_ENDPOINT = `the endpoint of a bucket ${NOT_REQUESTABLE} (--files)`

/**
 * What a proxy answers, whose routes lead to no bucket, is no answer about an object: an upload would be taken for kept.
 * HEAD has no body that could say so.
 */
const isMissing = (method: string, code: string | undefined): boolean =>
  method === 'HEAD' || (method !== 'PUT' && code === 'NoSuchKey')

const isPassing = (status: number): boolean => status >= 500 || status === 429

/** S3's own code, such as AccessDenied. The rest of the body may have the signed text in it, and is not logged. */
async function codeOf(answer: Response): Promise<string | undefined> {
  const text = await answer.text().catch(() => '')
  return /<Code>(\w+)<\/Code>/.exec(text)?.[1]
}

/** Without the address, which has a signature in it. */
const failure = (problem: string, cause?: unknown): StoreError =>
  new StoreError('UNAVAILABLE', `files: the bucket: ${problem}`, cause === undefined ? {} : { cause })
