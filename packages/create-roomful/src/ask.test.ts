import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { askAndCreate } from './ask'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'create-roomful-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A person in a terminal. `type` presses these keys, once the question is on the screen. */
function terminal() {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode() {} })
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 })
  let screen = ''
  stdout.setEncoding('utf8').on('data', (text) => (screen += text))
  const type = async (question: string, keys: string): Promise<void> => {
    while (!screen.includes(question)) await new Promise((resolve) => setImmediate(resolve))
    stdin.write(keys)
  }
  return { stdin, stdout, type }
}

test('the folder is the one that is typed, in place of the one that is proposed', async () => {
  const { stdin, stdout, type } = terminal()
  const created = askAndCreate({ stdin, stdout, template: 'bot' })
  await type('In which folder?', `${folder}/mine\r`)
  expect(await created).toMatchObject({ folder: `${folder}/mine` })
  expect(JSON.parse(readFileSync(`${folder}/mine/package.json`, 'utf8')).name).toBe('mine')
})

test('Enter takes the first template', async () => {
  const { stdin, stdout, type } = terminal()
  const proposed = `${folder}/proposed`
  const created = askAndCreate({ stdin, stdout, folder: proposed })
  await type('What does it begin as?', '\r')
  expect(await created).toMatchObject({ folder: proposed })
  expect(readdirSync(`${proposed}/src`)).toContain('main.ts')
})
