import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { shownUrl } from './database-url'
import { openStore } from './open-store'

describe('a shown address', () => {
  test.each([
    ['postgres://chat:secret@db:5432/chat', 'postgres://chat:***@db:5432/chat'],
    ['postgres://chat:p%40%2Fss@db/chat?sslmode=require', 'postgres://chat:***@db/chat?sslmode=require'],
    ['postgres://db/chat?user=chat&password=secret', 'postgres://db/chat?user=chat&password=***'],
    ['postgres://chat@db/chat', 'postgres://chat@db/chat'],
    ['postgres://chat:pa@ss/secret@db/chat', 'postgres://…'],
    ['postgres://chat:se#cret@db/chat', 'postgres://…'],
    ['postgres://chat:1/secret@db/chat', 'postgres://…'],
    ['rediss://:secret@redis:6380', 'rediss://:***@redis:6380'],
    ['sqlite:./data/roomful.db', 'sqlite:./data/roomful.db'],
    ['sqlite:///srv/a@b.db', 'sqlite:///srv/a@b.db'],
    ['memory:', 'memory:'],
  ])('%s: %s', (url, shown) => {
    expect(shownUrl(url)).toBe(shown)
  })
})

test.each(['postgres://chat:se#cret@db/chat', 'postgres://chat:1/secret@db/chat'])(
  '%s is refused by a store, without its password',
  async (url) => {
    const error = await openStore(url).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TypeError)
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toMatch(/cret/)
  },
)
