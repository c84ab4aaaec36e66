import { PassThrough, Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { Io } from './io'
import { showTable } from './show-table'

/** What is written, in a terminal or a pipe. */
async function written(isTTY: boolean, rows: readonly (readonly string[])[]) {
  const stream = () => Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY })
  const [stdout, stderr] = [stream(), stream()]
  const signal = new AbortController().signal
  const io: Io = { stdin: Readable.from([]), stdout, stderr, env: { NO_COLOR: '1' }, signal }
  await showTable(io, ['ID', 'NAME'], rows, 'Nothing here.')
  return { stdout: stdout.read() ?? '', stderr: stderr.read() ?? '' }
}

test.each([true, false])('rows stand below their head (terminal: %s)', async (isTTY) => {
  expect(await written(isTTY, [['general', 'General']])).toEqual({
    stdout: 'ID       NAME\ngeneral  General\n',
    stderr: '',
  })
})

test('an empty table says so in a terminal, and prints nothing in a pipe', async () => {
  expect(await written(true, [])).toEqual({ stdout: '', stderr: 'Nothing here.\n' })
  expect(await written(false, [])).toEqual({ stdout: '', stderr: '' })
})
