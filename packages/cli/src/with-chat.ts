import { userInfo } from 'node:os'
import { type Chat, type ChatOptions, createChat } from '@roomful/client'
import { proxyAgent } from '@roomful/client/node'
import { addressUnder } from './address'
import { adviceFor, CliError, toCliError } from './failure'
import { guestIdentity } from './guest-identity'
import { type Io, interrupted, unlessInterrupted } from './io'

export type ConnectOptions = {
  readonly url: string
  readonly token?: string
  /** The name of a guest, if no token is given. */
  readonly as?: string
  /** The same. */
  readonly name?: string
  /** Seconds to keep trying to reach a server that is not up yet. */
  readonly wait: number
}

/** The errors of a server that is still starting. */
const RETRY_MS = 500

/** Refusals of a token that a new one may not meet. */
const STALE = new Set(['TOKEN_INVALID', 'TOKEN_EXPIRED', 'SESSION_REVOKED', 'UNAUTHENTICATED'])

/** Signs in, connects, runs, and always closes. Ctrl+C ends the wait for the connection; `run` sees to itself. */
export async function withChat<T>(
  io: Io,
  options: ConnectOptions,
  run: (chat: Chat) => Promise<T>,
  extra: () => Pick<ChatOptions, 'storage'> = () => ({}),
): Promise<T> {
  const deadline = Date.now() + options.wait * 1000
  const chat = await connected(io, options, deadline, extra)
  try {
    return await run(chat)
  } finally {
    await chat.close()
  }
}

/** As `withChat`, for a command that asks the server and shows the whole answer or nothing: Ctrl+C ends it anywhere. */
export function askChat<T>(io: Io, options: ConnectOptions, run: (chat: Chat) => Promise<T>): Promise<T> {
  return withChat(io, options, (chat) => unlessInterrupted(io, run(chat)))
}

async function connected(
  io: Io,
  options: ConnectOptions,
  deadline: number,
  extra: () => Pick<ChatOptions, 'storage'>,
): Promise<Chat> {
  const open = async (auth: string): Promise<Chat> => {
    const chat = createChat({ url: options.url, auth, agent: proxyAgent(options.url), ...extra() })
    try {
      await online(io, chat, options.url, deadline)
      return chat
    } catch (error) {
      await chat.close()
      throw error
    }
  }
  if (options.token !== undefined) return open(options.token)
  const name = options.as ?? options.name ?? io.env.ROOMFUL_NAME ?? userName()
  const identity = guestIdentity(io, options.url, name)
  const kept = await identity.read()
  if (kept === undefined) return open(await identity.keep(await guestToken(io, options.url, name, deadline)))
  try {
    return await open(kept)
  } catch (error) {
    if (!STALE.has(toCliError(error).code)) throw error
    await identity.forget(kept)
    return open(await identity.keep(await guestToken(io, options.url, name, deadline)))
  }
}

/** Resolves once online. Rejects with the first failure, unless there is time left to wait. */
function online(io: Io, chat: Chat, url: string, deadline: number): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const look = (): void => {
      const { connection } = chat.getState()
      if (connection.status === 'online') finish(resolve)
      else if (connection.status === 'stopped') {
        const error = connection.error ?? new CliError('ABORTED', 'The connection was given up')
        finish(() => reject(error))
      } else if (connection.status === 'waiting' && Date.now() >= deadline) {
        const { error } = connection
        const text = error.code === 'OFFLINE' ? `no answer from ${new URL(url).origin}` : error.message
        const failure = new CliError(error.code, text, adviceFor('OFFLINE'), 1, { cause: error })
        finish(() => reject(failure))
      }
    }
    const stopped = (): void => finish(() => reject(interrupted()))
    const unsubscribe = chat.subscribe(look)
    const finish = (end: () => void): void => {
      unsubscribe()
      io.signal.removeEventListener('abort', stopped)
      end()
    }
    io.signal.addEventListener('abort', stopped)
    if (io.signal.aborted) return stopped()
    // The outcome is in the state too, where the subscription sees it.
    chat.connect().catch(() => look())
    look()
  })
}

/** Development servers accept any guest name. */
async function guestToken(io: Io, url: string, name: string, deadline: number): Promise<string> {
  for (;;) {
    try {
      return await unlessInterrupted(io, signIn(io, url, name))
    } catch (error) {
      if (!(error instanceof CliError) || error.code !== 'OFFLINE' || Date.now() >= deadline) throw error
      await pause(io.signal, RETRY_MS)
    }
  }
}

async function signIn(io: Io, url: string, name: string): Promise<string> {
  const response = await reach(io, addressUnder(url, '/auth/guest'), name)
  if (!response.ok) {
    throw response.status === 404 || response.status === 403
      ? new CliError('UNAUTHENTICATED', `${url} takes no guests`, adviceFor('UNAUTHENTICATED'))
      : new CliError(
          'UNAVAILABLE',
          `${url} answered ${response.status} to the sign-in`,
          adviceFor('UNAVAILABLE'),
        )
  }
  const body: unknown = await response.json()
  if (typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string') {
    return body.token
  }
  throw new CliError('INTERNAL', `${url} is not a Roomful server`, adviceFor('OFFLINE'))
}

async function reach(io: Io, address: URL, name: string): Promise<Response> {
  try {
    return await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
      signal: io.signal,
    })
  } catch (cause) {
    throw new CliError('OFFLINE', `no answer from ${address.origin}`, adviceFor('OFFLINE'), 1, { cause })
  }
}

function pause(signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container's user may have no entry in the password file.
    return 'guest'
  }
}
