import { type Chat, createChat } from '@roomful/client'
import { forgetReplies } from '../composer/kept-replies'
import { identityKeyOf, TAB_PERSON } from './tab-person'

/** The server that serves this page, at the root or mounted under a path. */
export const SERVER = new URL('.', window.location.href).href.replace(/\/$/, '')

export type Identity = { readonly token: string; readonly userId: string; readonly name: string }
export type Session = { readonly identity: Identity; readonly chat: Chat }

const STORAGE_KEY = identityKeyOf(TAB_PERSON)

/** Signs in as a guest; the text of its rejection is for the user. */
export async function signIn(name: string): Promise<Session> {
  const identity = await requestGuest(name)
  remember(identity)
  return open(identity)
}

/** A new guest, whom this browser does not remember. */
export async function requestGuest(name: string): Promise<Identity> {
  const response = await fetch(`${SERVER}/auth/guest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  }).catch((cause: unknown) => {
    throw new Error('The server cannot be reached. Try again in a moment.', { cause })
  })
  const body: unknown = await response.json().catch(() => null)
  if (!response.ok) throw new Error(refusalText(response.status, body))
  const identity = decodeIdentity(body)
  if (!identity) throw new Error('The server answered with something else than a sign-in.')
  return identity
}

/** The user who was signed in here before a reload, in any tab of this browser (as this person). */
export function restoreSession(): Session | null {
  const identity = recall()
  return identity && open(identity)
}

/**
 * Ends the login session in this browser at once, with everything it keeps, and on the server when the request arrives.
 */
export async function endSession({ chat, identity }: Session): Promise<void> {
  forget(identity)
  await Promise.all([
    chat.signOut(),
    // 401: it had ended already. Unreachable: it ends when the token expires, and this browser forgets the token.
    fetch(`${SERVER}/auth/logout`, {
      method: 'POST',
      headers: { authorization: `Bearer ${identity.token}` },
    }),
  ])
}

function open(identity: Identity): Session {
  // The query makes it another server to the local copy, so that two people of one browser share none.
  const query = TAB_PERSON === null ? '' : `?person=${encodeURIComponent(TAB_PERSON)}`
  return { identity, chat: createChat({ url: SERVER + query, auth: identity.token }) }
}

function refusalText(status: number, body: unknown): string {
  if (status === 404) return 'This server does not take guests.'
  if (status === 429) return 'Too many people are joining at once. Try again in a moment.'
  const { error } = (body ?? {}) as { error?: unknown }
  return typeof error === 'string' ? error : `The server refused (${status}).`
}

/** An answer of the server, `{ token, user: { id, name } }`, or what some version stored here; neither is trusted. */
function decodeIdentity(value: unknown): Identity | null {
  const { token, user } = (value ?? {}) as { token?: unknown; user?: { id?: unknown; name?: unknown } }
  if (typeof token !== 'string' || typeof user?.id !== 'string' || typeof user.name !== 'string') return null
  return { token, userId: user.id, name: user.name }
}

function recall(): Identity | null {
  try {
    return decodeIdentity(JSON.parse(localStorage.getItem(STORAGE_KEY) ?? 'null'))
  } catch {
    // Storage is forbidden, or holds something else: then the user signs in again.
    return null
  }
}

function remember({ token, userId, name }: Identity): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify({ token, user: { id: userId, name } }))
  } catch {
    // Storage is forbidden or full: the login session lasts as long as the page.
  }
}

/** In another tab somebody else may have signed in since: then what is kept here is theirs. */
function forget({ token }: Identity): void {
  if (recall()?.token !== token) return
  forgetReplies()
  try {
    localStorage.removeItem(STORAGE_KEY)
  } catch {
    // Storage is forbidden, so nothing was stored.
  }
}
