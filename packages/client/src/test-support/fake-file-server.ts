import type { Http, HttpAnswer, HttpRequest } from '../platform/http'

/** One request under way, answered by hand. */
export type FakeRequest = HttpRequest & {
  readonly path: string
  answer(status: number, body: unknown): void
  /** The network is gone. */
  fail(): void
}

/** The files of a server, as a client reaches them: requests wait until the test answers them. */
export class FakeFileServer {
  readonly open: FakeRequest[] = []
  /** All that ever came, as `POST /files`. */
  readonly log: string[] = []
  #files = 0

  readonly http: Http = (request) =>
    new Promise<HttpAnswer>((resolve, reject) => {
      const path = request.url.replace(/^test:/, '')
      this.log.push(`${request.method} ${path}`)
      const end = (settle: () => void): void => {
        const place = this.open.indexOf(entry)
        if (place < 0) return
        this.open.splice(place, 1)
        settle()
      }
      const entry: FakeRequest = {
        ...request,
        path,
        answer: (status, body) => end(() => resolve({ status, body: new Blob([JSON.stringify(body)]) })),
        fail: () => end(() => reject(new TypeError('network'))),
      }
      this.open.push(entry)
      request.signal.addEventListener('abort', () => end(() => reject(request.signal.reason)))
    })

  /** The only one, or the first whose path ends so. */
  request(path?: string): FakeRequest {
    const found = this.open.find((one) => path === undefined || one.path.endsWith(path))
    if (found === undefined) throw new Error(`no request ${path ?? ''} is open: ${this.log.join(', ')}`)
    return found
  }

  /** Says that it takes files by itself. */
  takesFiles(): void {
    this.request('/files/uploads').answer(200, { ok: true, upload: null })
  }

  /** Takes the file that is being sent. */
  take(kind = 'image/png'): string {
    const id = `file-${++this.#files}`
    const { body } = this.request('/files')
    this.request('/files').answer(201, {
      ok: true,
      file: { id, kind, size: body instanceof Blob ? body.size : 0 },
    })
    return id
  }

  refuse(code: string, details: object = {}): void {
    this.request('/files').answer(400, { ok: false, code, error: code, retry: 'never', ...details })
  }
}
