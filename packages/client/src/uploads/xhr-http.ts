import type { Http } from '../platform/http'

/** `XMLHttpRequest`: in pages only it reports how much of a body was sent. */
export const xhrHttp: Http = ({ method, url, headers, body, withCredentials, signal, onSent }) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const request = new XMLHttpRequest()
    request.open(method, url)
    request.withCredentials = withCredentials
    request.responseType = 'blob'
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    const abort = (): void => request.abort()
    signal.addEventListener('abort', abort)
    let sent = 0
    const moved = (bytes: number): void => {
      sent = bytes
      onSent?.(bytes)
    }
    if (onSent) request.upload.onprogress = ({ loaded }) => moved(loaded)
    // The answer moves: a download is nothing else.
    request.onprogress = () => moved(sent)
    request.onload = () => resolve({ status: request.status, body: request.response })
    request.onerror = () => reject(new TypeError('The request was not answered'))
    request.onabort = () => reject(signal.reason)
    request.onloadend = () => signal.removeEventListener('abort', abort)
    request.send(body ?? null)
  })
