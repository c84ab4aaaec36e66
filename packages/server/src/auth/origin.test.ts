import type { IncomingHttpHeaders } from 'node:http'
import { expect, test } from 'vitest'
import { isOriginAllowed } from './origin'

const LIST = ['https://app.example.com']

test.each<[IncomingHttpHeaders, boolean, string]>([
  [{ host: 'chat.example.com' }, true, 'none: no browser'],
  [{ host: 'chat.example.com', origin: 'https://app.example.com' }, true, 'on the list'],
  [{ host: 'chat.example.com', origin: 'https://chat.example.com' }, true, 'its own page'],
  [{ host: 'localhost:3000', origin: 'http://localhost:3000' }, true, 'its own page, with a port'],
  [{ host: 'localhost:3000', origin: 'http://localhost:5173' }, false, 'another port'],
  [{ host: 'chat.example.com', origin: 'https://evil.example.com' }, false, 'another host'],
  [{ host: 'chat.example.com', origin: 'null' }, false, 'a sandboxed frame'],
  [{ host: 'null', origin: 'null' }, false, 'a sandboxed frame and a host to fit'],
  [{ origin: 'https://evil.example.com' }, false, 'no host at all'],
])('%j: %s, %s', (headers, allowed) => {
  expect(isOriginAllowed(headers, LIST)).toBe(allowed)
})

test('* allows all', () => {
  expect(isOriginAllowed({ host: 'a', origin: 'https://evil.example.com' }, '*')).toBe(true)
})
