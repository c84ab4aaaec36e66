import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { waitUntil } from '@roomful/testing'
import { expect, test } from 'vitest'
import { startRoomful, temporaryFolder } from './roomful-command'

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const

test.each(SIGNALS)('%s to roomful doctor is no finding: it ends with %i', async (signal, code) => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const address = silent.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const running = startRoomful(['doctor', '--url', `http://127.0.0.1:${port}`])
  await once(silent, 'request')
  running.kill(signal)
  const { stdout, ...ended } = await running.done
  expect({ ...ended, stdout: stdout.toString() }).toEqual({ code, signal: null, stdout: '', stderr: '' })
  silent.close()
})

test.each(SIGNALS)('%s to an import that waits for its input ends with %i', async (signal, code) => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'a.db')
  const running = startRoomful(['import', '--database', `sqlite:${file}`], { keepOpen: true })
  await waitUntil('the database', () => existsSync(file))
  running.kill(signal)
  const { stdout, ...ended } = await running.done
  expect({ ...ended, stdout: stdout.toString() }).toEqual({ code, signal: null, stdout: '', stderr: '' })
})
