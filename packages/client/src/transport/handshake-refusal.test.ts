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

test('a page whose origin the server does not take is told what to start it with', () => {
  const context = { responseText: '{"code":4,"message":"ORIGIN_DENIED"}' }
  expect(refusalOf(Object.assign(new Error('xhr poll error'), { context }))).toEqual({
    code: 'ORIGIN_DENIED',
    text: 'The server takes no pages of this origin: start it with --origins',
    hint: 'serve --origins',
    next: 'stop',
  })
})
