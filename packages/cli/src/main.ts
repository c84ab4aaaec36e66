import type { Interrupt, Io } from './io'
import { isAloneInNpmShell, watchParent } from './npm-shell'
import { run } from './program'

const controller = new AbortController()
const stop = (why: Interrupt): void => controller.abort(why)

// The first signal ends the work cleanly; a second one, if that hangs, gets the system's default and ends at once.
process.once('SIGINT', () => {
  // The `^C` that the terminal has shown, and whatever line it stands in.
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  stop('SIGINT')
})
process.once('SIGTERM', () => stop('SIGTERM'))
if (isAloneInNpmShell(process.env))
  watchParent(
    () => process.ppid,
    () => stop('SIGTERM'),
  )
// `roomful tail general | head` closes our output: without a reader there is nothing left to do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  stop('reader gone')
})
controller.signal.addEventListener('abort', () => process.stdin.destroy())

const io: Io = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: controller.signal,
}
const exitCode = await run(process.argv.slice(2), io)
// A finished command exits: a leftover timer must not block a shell or a supervisor that restarts a server. The output
// is flushed first: on some systems a pipe accepts it later.
await Promise.all([process.stdout, process.stderr].map(flushed))
process.exit(exitCode)

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve()
    else stream.write('', () => resolve())
  })
}
