import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fileCursors, memoryCursors } from './cursor-store'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-bot-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe.each([
  ['memory', () => memoryCursors()],
  ['file', () => fileCursors(join(folder, 'deep', 'bot.json'))],
])('%s', (_, create) => {
  test('begins empty and keeps the last of each room', async () => {
    const cursors = create()
    expect(await cursors.load()).toEqual(new Map())
    await Promise.all([cursors.save('a', 1), cursors.save('b', 5), cursors.save('a', 2)])
    expect(await cursors.load()).toEqual(
      new Map([
        ['a', 2],
        ['b', 5],
      ]),
    )
  })
})

test('the file survives, and no other file is left', async () => {
  const path = join(folder, 'bot.json')
  await fileCursors(path).save('general', 7)
  expect(await fileCursors(path).load()).toEqual(new Map([['general', 7]]))
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ general: 7 })
})

test.each(['[]', '{"general":"7"}', '{"general":-1}', '{'])(
  'a file of %s does not pass for an empty one',
  async (text) => {
    const path = join(folder, 'bot.json')
    writeFileSync(path, text)
    await expect(fileCursors(path).load()).rejects.toThrow()
  },
)
