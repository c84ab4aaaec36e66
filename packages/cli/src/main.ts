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
process.exitCode = await run(process.argv.slice(2), io)
// What is read from standard input would hold the process open; what is written has been waited for.
process.stdin.destroy()
