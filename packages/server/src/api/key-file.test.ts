import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keyFile } from './key-file'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'api-keys-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function logged() {
  const lines: string[] = []
  const at = (level: string) => (_: object, text: string) => void lines.push(`${level}: ${text}`)
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { lines, log }
}

test('a file that is not there yet is said once, and is no error: the first key makes it', async () => {
  const path = join(folder, 'keys')
  const { lines, log } = logged()
  const keys = keyFile(path, log)
  for (let i = 0; i < 3; i++) expect(await keys.find('any')).toBeUndefined()
  expect(lines).toEqual(['warn: there is no file of API keys yet: `roomful api-key create` makes it'])
  writeFileSync(path, '')
  expect(await keys.find('any')).toBeUndefined()
  expect(lines.at(-1)).toBe('info: the API keys were read')
})

test('a file that cannot be read is an error', async () => {
  const path = join(folder, 'keys')
  mkdirSync(path)
  const { lines, log } = logged()
  expect(await keyFile(path, log).find('any')).toBeUndefined()
  expect(lines).toEqual(['error: the file of API keys cannot be read'])
})
