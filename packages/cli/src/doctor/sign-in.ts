import { ChatError, createChat } from '@roomful/client'
import { aborted } from '../io'
import { bad, type Finding, good, skipped, type Target } from './finding'

const TIMEOUT_MS = 10_000

/** Signs in as the SDK does, in protocol 2: reports whether the token is accepted, and the protocol spoken. */
export async function checkSignIn({ url, token, signal }: Target): Promise<Finding[]> {
  if (token === undefined) {
    const what = 'name a token with --token or ROOMFUL_TOKEN; `roomful token` makes one'
    return [skipped('token', what), skipped('protocol', what)]
  }
  const chat = createChat({ url, auth: token })
  try {
    await Promise.race([chat.connect(), gaveUp(signal)])
    await chat.request('list-rooms', { limit: 1 })
    const { user } = chat.getState()
    return [good('token', `signed in as ${user?.id ?? 'somebody'}`), good('protocol', 'both speak 2')]
  } catch (error) {
    return refused(error)
  } finally {
    await chat.close()
  }
}

function refused(error: unknown): Finding[] {
  const code = error instanceof ChatError ? error.code : 'INTERNAL'
  const text = error instanceof Error ? error.message : String(error)
  if (code === 'PROTOCOL_UNSUPPORTED') {
    const fix = 'the server is older than this command line: update it, or use protocol 1'
    return [good('token', 'not looked at'), bad('protocol', text, fix)]
  }
  const isToken = ['TOKEN_INVALID', 'TOKEN_EXPIRED', 'UNAUTHENTICATED', 'SESSION_REVOKED'].includes(code)
  const fix = isToken
    ? 'make a fresh one with the secret of this server: `roomful token --user …`'
    : 'look into the log of the server'
  return [bad('token', `${code}: ${text}`, fix), skipped('protocol', 'nobody was let in')]
}

function gaveUp(signal: AbortSignal): Promise<never> {
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
  return aborted(timeout).then(() => {
    throw new Error(`not signed in after ${TIMEOUT_MS / 1_000} s`)
  })
}
