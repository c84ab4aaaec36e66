import { connect } from 'node:net'
import { bad, type Finding, good } from './finding'

const TIMEOUT_MS = 2_000

/** Asked where nothing answered by HTTP: is there nothing at all at this port, or something else? */
export async function checkPort(url: string): Promise<Finding> {
  const { hostname, port, protocol } = new URL(url)
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
  const place = `${hostname}:${number}`
  const outcome = await new Promise<string>((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: number, timeout: TIMEOUT_MS })
    const end = (how: string): void => {
      socket.destroy()
      resolve(how)
    }
    socket.once('connect', () => end('open'))
    socket.once('timeout', () => end('no answer in 2 s'))
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
  })
  if (outcome === 'open')
    return bad(
      'port',
      `something listens at ${place}, and speaks no HTTP`,
      protocol === 'https:'
        ? 'is it plain http:// there? Else another program has the port: `roomful serve --port` takes another'
        : 'is it https:// there? Else another program has the port: `roomful serve --port` takes another',
    )
  if (outcome === 'ECONNREFUSED')
    return bad(
      'port',
      `nothing listens at ${place}`,
      `\`roomful serve --port ${number}\` starts a server there`,
    )
  if (outcome === 'ENOTFOUND')
    return bad('port', `there is no host ${hostname}`, 'look at the name, and at the DNS of this machine')
  return bad(
    'port',
    `${place}: ${outcome}`,
    'does a firewall keep it from this machine? A container must publish its port',
  )
}

export const portOpen = (url: string): Finding => good('port', `${new URL(url).host} listens`)
