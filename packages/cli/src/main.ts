import type { Io } from './io'
import { run } from './program'

const controller = new AbortController()
const stop = (): void => controller.abort()

// The first one ends the work tidily; a second one, while that hangs, is the system's own and ends at once.
process.once('SIGINT', stop)
process.once('SIGTERM', stop)
// `roomful tail general | head` closes our output: nobody reads any more, so there is nothing left to do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  stop()
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
// A command that is done is done: a timer left somewhere must not hold up a shell, or whoever restarts a server. What
// was written has left first: on some systems a pipe takes it later.
await Promise.all([process.stdout, process.stderr].map(flushed))
process.exit(exitCode)

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve()
    else stream.write('', () => resolve())
  })
}
