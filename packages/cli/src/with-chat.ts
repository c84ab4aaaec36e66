import { userInfo } from 'node:os'
import { type Chat, type ChatOptions, createChat } from '@roomful/client'
import { addressUnder } from './address'
import { adviceFor, CliError } from './failure'
import type { Io } from './io'

export type ConnectOptions = {
  readonly url: string
  readonly token?: string
  /** The name of a guest, if no token is given. */
  readonly name?: string
  /** Seconds to keep trying to reach a server that is not up yet. */
  readonly wait: number
}

/** The errors of a server that is still starting. */
const RETRY_MS = 500

/** Signs in, connects, runs, and always closes. Ctrl+C ends the wait for the connection too. */
export async function withChat<T>(
  io: Io,
  options: ConnectOptions,
  run: (chat: Chat) => Promise<T>,
  extra: Pick<ChatOptions, 'storage'> = {},
): Promise<T> {
  const deadline = Date.now() + options.wait * 1000
  const token = options.token ?? (await guestToken(io, options, deadline))
  const chat = createChat({ url: options.url, auth: token, ...extra })
  try {
    await online(io, chat, deadline)
    return await run(chat)
  } finally {
    await chat.close()
  }
}

/** Resolves once online. Rejects with the first failure, unless there is time left to wait. */
function online(io: Io, chat: Chat, deadline: number): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const look = (): void => {
      const { connection } = chat.getState()
      if (connection.status === 'online') finish(resolve)
      else if (connection.status === 'stopped') {
        const error = connection.error ?? new CliError('ABORTED', 'The connection was given up')
        finish(() => reject(error))
      } else if (connection.status === 'waiting' && Date.now() >= deadline) {
        const { error } = connection
        const failure = new CliError(error.code, error.message, adviceFor('OFFLINE'), 1, { cause: error })
        finish(() => reject(failure))
      }
    }
    const stopped = (): void => finish(() => reject(new CliError('ABORTED', 'interrupted', undefined, 130)))
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
async function guestToken(io: Io, options: ConnectOptions, deadline: number): Promise<string> {
  const name = options.name ?? io.env.ROOMFUL_NAME ?? userName()
  for (;;) {
    try {
      return await signIn(io, options.url, name)
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
    if (io.signal.aborted) throw new CliError('ABORTED', 'interrupted', undefined, 130, { cause })
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
