import { HttpsProxyAgent } from 'https-proxy-agent'
import { getProxyForUrl } from 'proxy-from-env'

/**
 * The agent for a server that is reached through a proxy, by the usual variables: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
 * `NO_PROXY`, also in lower case. Undefined where the server is reached directly. The proxy has to allow CONNECT to the
 * port of the server, over which both the websocket and the polls go.
 *
 * @example
 * import { createChat } from '@roomful/client'
 * import { proxyAgent } from '@roomful/client/node'
 * const url = 'https://chat.example.com'
 * const chat = createChat({ url, auth: () => getToken(), agent: proxyAgent(url) })
 */
export function proxyAgent(url: string): object | undefined {
  const proxy = getProxyForUrl(url)
  return proxy === '' ? undefined : new HttpsProxyAgent(proxy)
}
