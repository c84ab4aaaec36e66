import { expect, test } from 'vitest'
import { bannedIn } from './banned'

const entry = (action: string, targetId: string | null) => ({ action, targetId })

test('who was banned and not unbanned since, the newest first', () => {
  const log = [
    entry('ban', 'cleo'),
    entry('mute', 'ben'),
    entry('unban', 'ben'),
    entry('update-room', null),
    entry('ban', 'dan'),
    entry('ban', 'ben'),
    entry('unban', 'dan'),
  ]
  expect(bannedIn(log)).toEqual(['cleo', 'dan'])
})
