import { expect, it } from 'vitest'
import { isErrorCode, LOCAL_ERRORS, retryOf, WIRE_ERRORS } from './errors'

it('every code has its advice', () => {
  for (const [code, { retry }] of Object.entries({ ...WIRE_ERRORS, ...LOCAL_ERRORS })) {
    expect(isErrorCode(code) && retryOf(code)).toBe(retry)
  }
})

it('a wire code and a local code never share a name', () => {
  for (const code of Object.keys(LOCAL_ERRORS)) expect(code in WIRE_ERRORS).toBe(false)
})

it('names of Object.prototype are not codes', () => {
  for (const code of ['toString', 'constructor', '__proto__']) expect(isErrorCode(code)).toBe(false)
})
