import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { type Count, countSendPath } from '../send-path/count'

/**
 * At most today's figures; a change that makes the path shorter lowers them. At the client the target is 40 files and
 * 170 functions. `npm run send-path` names all of them.
 */
const MOST: Readonly<Record<'client' | 'server', Count>> = {
  client: { files: 99, functions: 459 },
  server: { files: 65, functions: 209 },
}

test('one send runs through no more files and functions than it did', async () => {
  const args = ['--import', 'tsx', 'test/send-path/main.ts', '--json']
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const ends = countSendPath(JSON.parse(stdout))
  for (const end of ['client', 'server'] as const) {
    const { files, functions } = ends[end]
    process.stdout.write(`${end}: ${files} files, ${functions} functions\n`)
    // A path that was not found would pass too.
    expect(files).toBeGreaterThan(10)
    expect(files).toBeLessThanOrEqual(MOST[end].files)
    expect(functions).toBeLessThanOrEqual(MOST[end].functions)
  }
})
