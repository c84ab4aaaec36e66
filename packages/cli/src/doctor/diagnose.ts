import { addressUnder } from '../address'
import { VERSION } from '../version'
import { checkDisk } from './disk'
import { bad, type Finding, good, skipped, type Target } from './finding'
import { checkSignIn } from './sign-in'
import { checkUpgrade } from './upgrade'

const TIMEOUT_MS = 5_000
/** Tokens live for minutes: with a larger clock difference they expire too early, or are not valid yet. */
const SKEW_MAX_MS = 30_000

/** All checks, each after those it depends on. A server that does not answer ends them. */
export async function diagnose(target: Target): Promise<Finding[]> {
  const disk = await checkDisk(target)
  const reached = await reach(target, '/healthz')
  if (reached instanceof Error) {
    const fix = 'is the server up, and is this its address? `roomful serve` starts one; --url names another'
    return [bad('reach', `no answer from ${target.url}: ${causeOf(reached)}`, fix), disk]
  }
  const findings = [
    reached.ok
      ? good('reach', `${target.url} answered`)
      : bad('reach', `${target.url} answered ${reached.status}`, 'something else answers at this address'),
    clockOf(reached),
    await readiness(target),
    await version(target),
    await checkUpgrade(target),
    await cors(target),
    ...(await checkSignIn(target)),
    disk,
  ]
  return findings
}

async function reach({ url, signal, origin }: Target, path: `/${string}`, init: RequestInit = {}) {
  try {
    const headers = { ...(origin === undefined ? {} : { origin }), ...init.headers }
    const timeout = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
    return await fetch(addressUnder(url, path), { ...init, headers, signal: timeout })
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function clockOf(response: Response): Finding {
  const date = Date.parse(response.headers.get('date') ?? '')
  if (Number.isNaN(date)) return skipped('clock', 'the answer has no Date')
  const skewMs = Math.abs(Date.now() - date)
  const found = `${Math.round(skewMs / 1_000)} s apart from this machine`
  if (skewMs <= SKEW_MAX_MS) return good('clock', found)
  return bad('clock', found, 'set both clocks by NTP: tokens expire by the clock of the server')
}

async function readiness(target: Target): Promise<Finding> {
  const ready = await reach(target, '/readyz')
  if (!(ready instanceof Error) && ready.ok) return good('ready', 'the database answers')
  return bad(
    'ready',
    'it is stopping, or its database does not answer',
    'look into its log; is the database up?',
  )
}

async function version(target: Target): Promise<Finding> {
  const answer = await reach(target, '/asyncapi.json')
  if (answer instanceof Error || !answer.ok)
    return bad(
      'version',
      'no protocol at /asyncapi.json',
      'is it a Roomful server, and does the proxy pass all paths?',
    )
  const body: unknown = await answer.json().catch(() => undefined)
  const theirs = JSON.stringify(body).match(/"title":"Roomful","version":"([^"]+)"/)?.[1]
  if (theirs === undefined) return bad('version', 'not a Roomful server', '--url names another')
  return good('version', theirs === VERSION ? theirs : `${theirs}, and this command line ${VERSION}`)
}

async function cors(target: Target): Promise<Finding> {
  const { origin } = target
  if (origin === undefined) return skipped('cors', 'name the page with --origin')
  const answer = await reach(target, '/auth/logout', {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  })
  const allowed = answer instanceof Error ? null : answer.headers.get('access-control-allow-origin')
  if (allowed === '*' || allowed === origin || new URL(target.url).origin === origin)
    return good('cors', `pages of ${origin} may sign in and upload`)
  return bad('cors', `pages of ${origin} are refused`, `serve with --origins ${origin}`)
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message
}
