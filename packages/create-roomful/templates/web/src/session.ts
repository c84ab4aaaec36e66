const KEY = 'chat-token'
let isFirst = true

/**
 * The token of a guest, who stays the same person in this browser. Your own app asks its backend for a token of the user
 * who is signed in instead, and its server has no --guests.
 */
export async function guestToken(): Promise<string> {
  // It is asked for again only when the server does not take the first one any more.
  const kept = isFirst ? localStorage.getItem(KEY) : null
  isFirst = false
  if (kept !== null) return kept
  const token = await newToken()
  localStorage.setItem(KEY, token)
  return token
}

async function newToken(): Promise<string> {
  const response = await fetch('/auth/guest', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: prompt('Your name') || 'Guest' }),
  })
  if (!response.ok) throw new Error(`The server answered ${response.status}`)
  const { token }: { token: string } = await response.json()
  return token
}
