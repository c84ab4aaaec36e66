import { expect, test } from 'vitest'
import { authenticatorFor } from './auth/authenticator'
import { checkEndpoints } from './events/start-events'
import { s3FileStore } from './files/s3/s3-file-store'
import { ConfigError } from './options'
import { systemClock } from './ports/clock'
import { isRequestable } from './requested-address'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const secrets = [`whsec_${Buffer.alloc(32).toString('base64')}`]
const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'very secret' }

/** Each option in code with an address that this server itself asks. */
const WAYS: Readonly<Record<string, (address: string) => unknown>> = {
  webhooks: (url) => checkEndpoints([{ id: 'app', url, secrets }]),
  jwks: (jwks) =>
    authenticatorFor({ jwks, issuer: ['i'], audience: ['a'] }, { database: undefined }, systemClock, silent),
  bucket: (endpoint) => s3FileStore({ bucket: 'files', endpoint, credentials }),
}
const ADDRESSES = ['https://a.example.com/x?y=1', 'http://10.0.0.7:8080/', 'http://[::1]:9000']
const NONE = ['https://app:hunter2@a.example.com/', 'https://app@a.example.com/', 'ftp://a.example.com', 'x']

test.each(Object.entries(WAYS))('%s: what cannot be asked is refused at the start', (_, start) => {
  for (const address of ADDRESSES) start(address)
  for (const address of NONE) {
    expect(() => start(address), address).toThrow(ConfigError)
    expect(() => start(address)).not.toThrow('hunter2')
  }
})

test('fetch takes the same ones', () => {
  for (const address of ADDRESSES) expect(new Request(address).url).toContain(new URL(address).host)
  for (const address of [...ADDRESSES, ...NONE])
    expect(isRequestable(address), address).toBe(ADDRESSES.includes(address))
  expect(() => new Request('https://app:hunter2@a.example.com/')).toThrow(TypeError)
})
