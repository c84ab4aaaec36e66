import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCli } from '../captured-run'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-keys-'))
  file = join(folder, 'data', 'api-keys')
})
afterEach(() => rmSync(folder, { recursive: true }))

const apiKey = (...args: string[]) => runCli(['api-key', ...args, '--api-key-file', file])

test('a key is printed once, listed without itself, and revoked by its id', async () => {
  const { stdout: made } = await apiKey('create', '--scopes', 'users:write, rooms:read')
  const key = made.trim()
  expect(key).toMatch(/^rfk_[0-9a-f]{12}_[\w-]{43}$/)
  await apiKey('create')
  expect(readFileSync(file, 'utf8')).not.toContain(key)
  expect(statSync(file).mode & 0o077).toBe(0)
  const id = key.split('_')[1] ?? ''
  const { stdout: listed } = await apiKey('list')
  expect(listed).toMatch(
    new RegExp(`^ID +CREATED +SCOPES\n${id}  \\S+Z  users:write rooms:read\n[0-9a-f]{12}  \\S+Z  \\*\n$`),
  )
  expect(await apiKey('revoke', id)).toMatchObject({ code: 0 })
  expect(await apiKey('revoke', id)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('NOT_FOUND'),
  })
  expect((await apiKey('list', '--json')).stdout.trim().split('\n')).toHaveLength(1)
})

test('a scope that does not exist is an error that names those that do', async () => {
  const { code, stderr } = await apiKey('create', '--scopes', 'users:write,everything')
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/everything.*rooms:read/),
  })
})

test('a file that was edited by hand, without an end of its last line, loses no key by a new one', async () => {
  await apiKey('create')
  writeFileSync(file, readFileSync(file, 'utf8').trimEnd())
  await apiKey('create')
  expect((await apiKey('list', '--json')).stdout.trim().split('\n')).toHaveLength(2)
})

test('keys that are made and revoked at once are all there, and all gone', async () => {
  const made = await Promise.all(Array.from({ length: 5 }, () => apiKey('create')))
  const ids = made.map(({ stdout }) => stdout.trim().split('_')[1] ?? '')
  const [again] = await Promise.all([
    Promise.all(Array.from({ length: 5 }, () => apiKey('create'))),
    ...ids.map((id) => apiKey('revoke', id)),
  ])
  const listed = (await apiKey('list')).stdout
  for (const id of ids) expect(listed).not.toContain(id)
  for (const { stdout } of again) expect(listed).toContain(stdout.trim().split('_')[1])
})
