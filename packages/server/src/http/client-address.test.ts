import { expect, test } from 'vitest'
import { clientAddress } from './client-address'

const from = (remoteAddress: string | undefined, forwarded?: string, proxies = 0): string =>
  clientAddress(
    { socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } },
    proxies,
  )

test('without a proxy the peer’s own address counts, whatever it writes', () => {
  expect(from('203.0.113.7', '1.1.1.1')).toBe('203.0.113.7')
  expect(from('::ffff:203.0.113.7')).toBe('203.0.113.7')
  expect(from(undefined)).toBe('unknown')
})

test('behind proxies it is the address that the outermost of them saw', () => {
  expect(from('10.0.0.1', '6.6.6.6, 203.0.113.7', 1)).toBe('203.0.113.7')
  expect(from('10.0.0.1', '6.6.6.6, 203.0.113.7, 10.0.0.2', 2)).toBe('203.0.113.7')
  expect(from('10.0.0.1', '203.0.113.7:4711', 1)).toBe('203.0.113.7')
  expect(from('10.0.0.1', '[2001:db8:1:2:3::9]:4711', 1)).toBe('2001:db8:1:2')
})

test('a request that bypassed the proxies counts for its own address', () => {
  expect(from('10.0.0.1', undefined, 1)).toBe('10.0.0.1')
  expect(from('10.0.0.1', '', 2)).toBe('10.0.0.1')
})

test('an IPv6 customer counts as one, with all of their addresses', () => {
  expect(from('2001:db8:1:2:a::1')).toBe(from('2001:db8:1:2:b::7'))
  expect(from('2001:db8::1')).toBe('2001:db8:0:0')
  expect(from('2001:db8:1:2:a::1')).not.toBe(from('2001:db8:1:3:a::1'))
})
