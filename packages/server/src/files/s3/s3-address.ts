import { ConfigError } from '../../options'
import { isRequestable } from '../../requested-address'
import { NO_ENDPOINT } from './s3-client'
import type { S3Options } from './s3-file-store'

type Env = Readonly<Record<string, string | undefined>>

export const isS3Address = (files: string): boolean => files.startsWith('s3://')

/**
 * `s3://bucket/prefix?endpoint=https://…&region=…`, with the keys of AWS's own variables. Throws a ConfigError, which
 * never has a key in it.
 */
export function s3OptionsFrom(address: string, env: Env): S3Options {
  const problems: string[] = []
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url?.hostname || url.username !== '' || url.hash !== '')
    throw new ConfigError([
      'the bucket of files must be s3://<bucket>/<prefix>?endpoint=…&region=… (--files)',
    ])
  for (const name of url.searchParams.keys())
    if (name !== 'endpoint' && name !== 'region')
      problems.push(`${name} is no setting of a bucket: those are endpoint and region (--files)`)
  const endpoint = url.searchParams.get('endpoint') ?? undefined
  if (endpoint !== undefined && !isRequestable(endpoint)) problems.push(NO_ENDPOINT)
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env
  if (!accessKeyId || !secretAccessKey)
    problems.push('a bucket needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment (--files)')
  if (problems.length > 0 || !accessKeyId || !secretAccessKey) throw new ConfigError(problems)
  const region = url.searchParams.get('region') ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION
  const sessionToken = env.AWS_SESSION_TOKEN
  return {
    bucket: url.hostname,
    prefix: url.pathname.slice(1),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
  }
}
