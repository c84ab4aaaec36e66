import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../options'
import { s3OptionsFrom } from './s3-address'

const keys = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'very secret' }
const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'very secret' }

describe('the address of a bucket', () => {
  test('is its name, and what its objects begin with', () => {
    expect(s3OptionsFrom('s3://chat-files', keys)).toEqual({ bucket: 'chat-files', prefix: '', credentials })
    expect(s3OptionsFrom('s3://chat-files/a/b', { ...keys, AWS_REGION: 'eu-central-1' })).toEqual({
      ...{ bucket: 'chat-files', prefix: 'a/b', region: 'eu-central-1', credentials },
    })
  })

  test('may name a server and a region', () => {
    const address = 's3://files/chat?endpoint=https://minio.example.com:9000&region=auto'
    expect(s3OptionsFrom(address, { ...keys, AWS_REGION: 'x', AWS_SESSION_TOKEN: 't' })).toEqual({
      ...{ bucket: 'files', prefix: 'chat', endpoint: 'https://minio.example.com:9000', region: 'auto' },
      credentials: { ...credentials, sessionToken: 't' },
    })
  })

  test.each([
    ['s3://', 'must be s3://<bucket>'],
    ['s3://AKIA:secret@files', 'must be s3://<bucket>'],
    ['s3://files?zone=1', 'zone is no setting of a bucket'],
    ['s3://files?endpoint=minio:9000', 'the endpoint of a bucket must be an address'],
    ['s3://files?endpoint=https://AKIA:secret@minio:9000', 'without a user or password'],
  ])('%s is refused', (address, problem) => {
    expect(() => s3OptionsFrom(address, keys)).toThrow(problem)
    expect(() => s3OptionsFrom(address, keys)).toThrow(ConfigError)
  })

  test('needs keys, and does not say the one that is there', () => {
    const load = () => s3OptionsFrom('s3://files', { AWS_SECRET_ACCESS_KEY: 'very secret' })
    expect(load).toThrow('needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY')
    expect(load).not.toThrow('very secret')
  })
})
