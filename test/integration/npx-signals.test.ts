import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { ROOT } from '../../scripts/build.mjs'
import './roomful-command'

// The shell of Debian and Ubuntu, which does not hand signals on, wherever the test runs.
const env = { ...process.env, npm_config_script_shell: '/bin/sh' }

test('SIGTERM to npx ends the server', async () => {
  const npx = spawn(
    'npx',
    ['--no', 'roomful', 'serve', '--port', '0', '--guests', '--database', 'memory:', '--json'],
    { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const closed = once(npx, 'close')
  const lines = createInterface({ input: npx.stdout })
  const [line]: string[] = await once(lines, 'line')
  const { url } = JSON.parse(line ?? '')
  expect((await fetch(`${url}/healthz`)).status).toBe(200)

  npx.kill('SIGTERM')
  // The server holds npm's output: that closes when the server has ended, not when npm has.
  await closed
  await expect(fetch(`${url}/healthz`)).rejects.toThrow()
})
