import { addressUnder } from '../address'
import { VERSION } from '../version'
import { checkClock } from './clock'
import { checkDisk } from './disk'
import { bad, type Finding, good, skipped, type Target } from './finding'
import { checkMigrations } from './migrations'
import { checkNode } from './node'
import { checkPath } from './path'
import { checkPort, portOpen } from './port'
import { checkRedis } from './redis'
import { checkSignIn } from './sign-in'
import { checkUpgrade } from './upgrade'

const TIMEOUT_MS = 5_000

/** All checks, each after those it depends on. A server that does not answer leaves those of this machine. */
export async function diagnose(target: Target): Promise<Finding[]> {
  const { url, signal } = target
  const here = [checkNode(process.versions.node)]
  const behind = await Promise.all([checkMigrations(target), checkRedis(target), checkDisk(target)])
  const reached = await reach(target, '/healthz')
  if (reached instanceof Error) {
    const fix = 'is the server up, and is this its address? `roomful serve` starts one; --url names another'
    const unreached = bad('reach', `no answer from ${url}: ${causeOf(reached)}`, fix)
    return [...here, unreached, await checkPort(url), ...behind]
  }
  return [
    ...here,
    reached.ok
      ? good('reach', `${url} answered`)
      : bad('reach', `${url} answered ${reached.status}`, 'something else answers at this address'),
    portOpen(url),
    await checkPath(url, signal),
    checkClock(reached.headers.get('date'), Date.now()),
    await readiness(target),
    await version(target),
    await checkUpgrade(target),
    await cors(target),
    ...(await checkSignIn(target)),
    ...behind,
  ]
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
  if (origin === undefined) return otherPort(target)
  if (await isAllowed(target, origin))
    return good('origin', `pages of ${origin} may connect, sign in and upload`)
  const page = new URL(origin)
  const why =
    page.hostname === new URL(target.url).hostname
      ? `pages of ${origin} are refused: to a browser another port is another origin`
      : `pages of ${origin} are refused`
  return bad('origin', why, `serve with --origins ${origin}`)
}

/** Where pages of this machine come from while they are written: Vite, and Next or Create React App. */
const DEV_PAGES = ['http://localhost:5173', 'http://localhost:3000'] as const

/** No page is named. Of a server on this machine its developer's page is on another port, as a rule. */
async function otherPort(target: Target): Promise<Finding> {
  const { hostname, origin: own } = new URL(target.url)
  const page = DEV_PAGES.find((origin) => origin !== own)
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  if (page === undefined || !isLocal || (await isAllowed(target, page)))
    return skipped('origin', 'name the page with --origin')
  return skipped(
    'origin',
    `name the page with --origin; one on another port of this machine, such as ${page}, is refused without serve --origins ${page}`,
  )
}

async function isAllowed(target: Target, origin: string): Promise<boolean> {
  const answer = await reach({ ...target, origin }, '/auth/logout', {
    method: 'OPTIONS',
    headers: { 'access-control-request-method': 'POST' },
  })
  const allowed = answer instanceof Error ? null : answer.headers.get('access-control-allow-origin')
  return allowed === '*' || allowed === origin || new URL(target.url).origin === origin
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message
}
