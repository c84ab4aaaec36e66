// The server of `npm start`, in a process that its chaos page can kill. Only here: `roomful serve` has no such door.
import { subscribe } from 'node:diagnostics_channel'
import { ROOT } from './build.mjs'

/** A page of another origin cannot send this header: the browser asks the server first, which does not allow it. */
const HEADER = 'roomful-dev'
const PATH = '/dev/restart'

subscribe('http.server.request.start', (message) => {
  const { request, response } =
    /** @type {{ request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse }} */ (
      message
    )
  // By this the page knows that it may.
  response.setHeader(HEADER, 'restart')
  if (request.method !== 'POST' || request.url !== PATH || request.headers[HEADER] !== 'restart') return
  process.send?.({ restart: request.socket.localPort }, () => process.kill(process.pid, 'SIGKILL'))
})
subscribe('tracing:net.server.listen:asyncEnd', (message) => {
  const { server } = /** @type {{ server: import('node:net').Server }} */ (message)
  const address = server.address()
  if (typeof address === 'object' && address) process.send?.({ listens: address.port })
})
// Without the process that started it nothing would end it.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))

process.argv = [process.argv0, 'roomful', 'serve', ...process.argv.slice(2)]
await import(`${ROOT}/packages/cli/dist/main.js`)
