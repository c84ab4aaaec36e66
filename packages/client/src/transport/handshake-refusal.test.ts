import { expect, test } from 'vitest'
import { refusalOf } from './handshake-refusal'

test('a handshake that the app refuses ends it, with the reason for the user', () => {
  const data = { ok: false, code: 'REFUSED', error: 'No adverts', reason: 'No adverts', retry: 'never' }
  expect(refusalOf(Object.assign(new Error('REFUSED'), { data }))).toEqual({
    code: 'REFUSED',
    text: 'No adverts',
    reason: 'No adverts',
    next: 'stop',
  })
})
