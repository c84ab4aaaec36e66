/**
 * Whether this server can ask an address. `fetch` refuses those with a user or password in them: each attempt would fail,
 * for a reason that no log shows.
 */
export function isRequestable(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, username, password } = new URL(address)
  return /^https?:$/.test(protocol) && username === '' && password === ''
}

/** The fault of one that it cannot. It does not name the address: a password may be in it. */
export const NOT_REQUESTABLE =
  'must be an address that begins with https:// or http://, without a user or password in it'
