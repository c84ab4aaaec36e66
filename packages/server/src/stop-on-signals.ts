import type { ChatServer } from './create-chat-server'

/**
 * Closes the server on SIGTERM and SIGINT, and then lets the process end with code 0. A second signal ends it at once.
 * `onStopped` is called when all is written.
 */
export function stopOnSignals(server: ChatServer, onStopped: () => void = () => {}): void {
  const stop = (): void => {
    // The first signal takes these listeners away: the next one has its usual effect.
    process.off('SIGTERM', stop)
    process.off('SIGINT', stop)
    server.close().then(onStopped, (error: unknown) => {
      console.error(error)
      process.exitCode = 1
    })
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
