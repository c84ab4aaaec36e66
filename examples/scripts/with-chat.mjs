// What all scripts here begin and end with.
import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createChat, isGrowing } from '@roomful/client'
import { exitCodeOf, proxyAgent } from '@roomful/client/node'

const { CHAT_URL: url = 'http://localhost:3000', CHAT_TOKEN: auth = '' } = process.env

/**
 * Connects (through a proxy, if the environment names one), runs the script, sends what is left, and sets the exit code: 0, 75
 * (try again) or 78 (not again before somebody changes something). SIGINT and SIGTERM abort the signal.
 */
export async function withChat(run) {
  const chat = createChat({ url, auth, agent: proxyAgent(url) })
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stop.abort())
  try {
    await chat.connect({ timeoutMs: 30_000, signal: stop.signal })
    await run(chat, stop.signal)
    await chat.flush({ timeoutMs: 30_000 })
  } catch (error) {
    console.error(error)
    process.exitCode = exitCodeOf(error)
  } finally {
    await chat.close()
  }
}

/**
 * The message when it has ended, if it grows (an answer of a model): what follows it waits. Undefined: it was deleted
 * meanwhile, or the script ends.
 */
export async function whole(chat, message, signal) {
  const { roomId, id, seq } = message
  let now = message
  while (now && isGrowing(now)) {
    await delay(500, undefined, { signal }).catch(() => {})
    if (signal.aborted) return undefined
    const query = { roomId, afterSeq: seq - 1, limit: 1 }
    // Without a connection it is asked again.
    const page = await chat.request('fetch-history', query, { signal }).catch(() => ({ messages: [now] }))
    now = page.messages.find((one) => one.id === id)
  }
  return now
}

/** The idempotency key of a message: the same parts are the same message, however often they are sent. */
export const keyOf = (...parts) => createHash('sha256').update(JSON.stringify(parts)).digest('base64url')

/** Arguments of the command line, or how to call it. */
export function args(...names) {
  const values = process.argv.slice(2)
  if (values.length >= names.length) return values
  console.error(`Usage: node ${process.argv[1]} ${names.map((name) => `<${name}>`).join(' ')}`)
  process.exit(64)
}
