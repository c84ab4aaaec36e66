import { expect, test } from 'vitest'
import { Opened } from './opened'

function scene() {
  const closed: string[] = []
  const logged: object[] = []
  const log = { debug() {}, info() {}, warn() {}, error: (fields: object) => void logged.push(fields) }
  const opened = new Opened(log)
  const open = (name: string): string => opened.add(name, (part) => void closed.push(part))
  return { opened, open, closed, logged }
}

test('what was opened last is closed first, and once', async () => {
  const { opened, open, closed } = scene()
  expect([open('store'), open('bus'), open('node')]).toEqual(['store', 'bus', 'node'])
  await opened.close()
  await opened.close()
  expect(closed).toEqual(['node', 'bus', 'store'])
})

test('a part that cannot be closed is logged, and keeps no other open', async () => {
  const { opened, open, closed, logged } = scene()
  const failure = new Error('the bus hangs')
  open('store')
  opened.add('bus', () => Promise.reject(failure))
  opened.add('socket', () => {
    throw failure
  })
  open('node')
  await opened.close()
  expect([closed, logged]).toEqual([
    ['node', 'store'],
    [{ err: failure }, { err: failure }],
  ])
})

test('what is left to one that closes all is closed by it alone', async () => {
  const { opened, open, closed } = scene()
  open('store')
  opened.leaveTo(async () => void closed.push('all'))
  await opened.close()
  expect(closed).toEqual(['all'])
})
