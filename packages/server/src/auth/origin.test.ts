import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, test } from 'vitest'
import { isListed, isOriginAllowed } from './origin'

const LIST = ['https://app.example.com']

test.each<[IncomingHttpHeaders, boolean, string]>([
  [{ host: 'chat.example.com' }, true, 'none: no browser'],
  [{ host: 'chat.example.com', origin: 'https://app.example.com' }, true, 'on the list'],
  [{ host: 'chat.example.com', origin: 'https://chat.example.com' }, true, 'its own page'],
  [
    { host: 'chat.example.com:443', origin: 'https://chat.example.com' },
    true,
    'its own page, the port named',
  ],
  [{ host: 'chat.example.com:80', origin: 'http://chat.example.com' }, true, 'the same of http'],
  [{ host: 'chat.example.com:80', origin: 'https://chat.example.com' }, false, 'the port of another scheme'],
  [{ host: 'Chat.Example.COM', origin: 'https://chat.example.com' }, true, 'its own page, in capitals'],
  [{ host: 'localhost:3000', origin: 'http://localhost:3000' }, true, 'its own page, with a port'],
  [{ host: 'localhost:3000', origin: 'http://localhost:5173' }, false, 'another port'],
  [{ host: 'chat.example.com', origin: 'https://evil.example.com' }, false, 'another host'],
  [{ host: 'chat.example.com', origin: 'https://chat.example.com@evil.example.com' }, false, 'a user name'],
  [{ host: 'chat.example.com', origin: 'null' }, false, 'a sandboxed frame'],
  [{ host: 'null', origin: 'null' }, false, 'a sandboxed frame and a host to fit'],
  [{ origin: 'https://evil.example.com' }, false, 'no host at all'],
])('%j: %s, %s', (headers, allowed) => {
  expect(isOriginAllowed(headers, { origins: LIST })).toBe(allowed)
})

test('* allows all', () => {
  expect(isOriginAllowed({ host: 'a', origin: 'https://evil.example.com' }, { origins: '*' })).toBe(true)
})

test('the forwarded host counts only if the proxy is trusted', () => {
  const headers = {
    host: '10.0.0.7:3000',
    origin: 'https://chat.example.com',
    'x-forwarded-host': 'chat.example.com',
  }
  expect(isOriginAllowed(headers, { origins: LIST })).toBe(false)
  expect(isOriginAllowed(headers, { origins: LIST, trustsProxy: true })).toBe(true)
})

describe('a pattern', () => {
  const patterns = ['https://*.preview.example.com', 'https://app-*.example.com']
  test.each([
    ['https://pr-7.preview.example.com', true],
    ['https://PR-7.preview.example.com', true],
    ['http://pr-7.preview.example.com', false],
    ['https://preview.example.com', false],
    ['https://a.b.preview.example.com', false],
    ['https://.preview.example.com', false],
    ['https://pr-7.preview.example.com.evil.com', false],
    ['https://evil.com#.preview.example.com', false],
    ['https://pr-7.preview.example.com:8443', false],
    ['https://app-1.example.com', true],
    ['https://app-.example.com', false],
    ['https://app-1.x.example.com', false],
  ])('stands for one label or a part of it: %s %s', (origin, allowed) => {
    expect(isListed(origin, patterns)).toBe(allowed)
  })
})
