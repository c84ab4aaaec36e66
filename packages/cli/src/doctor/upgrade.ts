import { randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { addressUnder } from '../address'
import { bad, type Finding, good, type Target } from './finding'

const TIMEOUT_MS = 5_000
const PATH = '/socket.io/?EIO=4&transport=websocket'

/** Does a websocket upgrade succeed, with the page's origin if one is named? */
export async function checkUpgrade(target: Target): Promise<Finding> {
  const answer = await upgrade(target)
  if (answer === 101) return good('websocket', 'the upgrade comes through')
  const isOfPage = target.origin !== undefined && (await upgrade({ ...target, origin: undefined })) === 101
  if (isOfPage)
    return bad('websocket', `${target.origin} is refused`, `serve with --origins ${target.origin}`)
  const proxy = 'let the proxy pass Upgrade and Connection (nginx: proxy_http_version 1.1), and /socket.io/'
  return bad('websocket', typeof answer === 'number' ? `answered ${answer} instead of 101` : answer, proxy)
}

function upgrade({
  url,
  origin,
}: {
  readonly url: string
  readonly origin?: string | undefined
}): Promise<number | string> {
  const address = addressUnder(url, PATH)
  const send = address.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve) => {
    const request = send(address, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        ...(origin === undefined ? {} : { origin }),
      },
      timeout: TIMEOUT_MS,
    })
    request.on('upgrade', (_response, socket) => {
      socket.destroy()
      resolve(101)
    })
    request.on('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
      request.destroy()
    })
    request.on('timeout', () => {
      resolve('no answer to the upgrade')
      request.destroy()
    })
    request.on('error', (error) => resolve(error.message))
    request.end()
  })
}
