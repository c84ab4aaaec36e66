import { SERVER } from '../session/session'

const HEADER = 'roomful-dev'

/** Whether this server may be killed from here: only one that `npm start` runs, which brings it back. */
export async function canRestartServer(): Promise<boolean> {
  const response = await fetch(`${SERVER}/healthz`).catch(() => null)
  return response?.headers.get(HEADER) === 'restart'
}

/** Kills the server process: it ends without a word, in the middle of whatever it does. */
export async function killServer(): Promise<void> {
  // It cannot answer: that it does not is the success.
  await fetch(`${SERVER}/dev/restart`, { method: 'POST', headers: { [HEADER]: 'restart' } }).catch(() => {})
}
