import { addressUnder } from '../address'
import { bad, type Finding, good } from './finding'

const TIMEOUT_MS = 5_000
/** Where servers are mounted as a rule, as the docs show it. */
const PLACES = ['/', '/api/chat', '/chat', '/roomful'] as const

/** Whether a Roomful server is under this address. */
async function isRoomful(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const timeout = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
    const answer = await fetch(addressUnder(url, '/asyncapi.json'), { signal: timeout })
    return answer.ok && /"title":\s*"Roomful"/.test(await answer.text())
  } catch {
    return false
  }
}

/** Is the server where the address says, or under another path of the same host? */
export async function checkPath(url: string, signal: AbortSignal): Promise<Finding> {
  const { origin, pathname } = new URL(url)
  const own = pathname.replace(/\/+$/, '') || '/'
  if (await isRoomful(url, signal)) return good('path', own)
  for (const place of PLACES) {
    if (place === own || !(await isRoomful(`${origin}${place}`, signal))) continue
    const there = place === '/' ? origin : `${origin}${place}`
    return bad(
      'path',
      `no Roomful server under ${own}, but one at ${there}`,
      `--url ${there}, and the same for createChat`,
    )
  }
  const fix = `is the path that of \`serve --path\`, and does the proxy pass it on as it is, with its prefix?`
  return bad('path', `no Roomful server under ${own}`, fix)
}
