import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { directorySpace } from './directory'
import { realDisk } from './files'

test('programs that sign in at the same moment, on one folder, do not block each other', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'roomful-directory-'))
  const path = join(folder, 'last-users.json')
  const users = Array.from({ length: 40 }, (_, at) => `user-${at}`)
  await Promise.all(
    users.map((user) =>
      directorySpace(realDisk, path).save({ put: [[['lastUsers', 'https://chat.example.com'], user]] }),
    ),
  )
  const [found] = await directorySpace(realDisk, path).load([['lastUsers', 'https://chat.example.com']])
  expect(users).toContain(found?.[1])
  expect(await readdir(folder)).toEqual(['last-users.json'])
  await rm(folder, { recursive: true })
})
