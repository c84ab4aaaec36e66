import type { Http, HttpAnswer, HttpRequest } from '@roomful/client'
import { asUserId } from '@roomful/protocol'
import { AuthError } from '@roomful/server/engine'
import type { ProcessClock } from './process-clock'
import { identityOf } from './token'
import type { VirtualTime } from './virtual-time'

/** An upload takes so long, in quarters, each of which the client sees. */
const UPLOAD_MS = 4_000
const ANSWER_MS = 20

/** What becomes of an upload: it is cut off in the middle, or it arrives and its answer does not. */
export type UploadFate = 'cut' | 'lose the answer'

/** A file at the server. */
export type WorldFile = { readonly id: string; readonly user: string; readonly content: Blob }

/** As much of a device as its requests need. */
type Sender = { readonly isOnline: boolean; readonly isAsleep: boolean }

/** The files of a world: the server's routes for them, on virtual time, with faults of their own. */
export class FileServer {
  readonly files: WorldFile[] = []
  /** Of the next uploads, in order. */
  readonly fates: UploadFate[] = []
  /** Uploads that have begun. */
  begun = 0

  constructor(private readonly time: VirtualTime) {}

  /** The port of one program: with its end, its requests end without an answer. */
  http(device: Sender, clock: Pick<ProcessClock, 'isDead'>): Http {
    return (request) =>
      new Promise((resolve, reject) => {
        let isOver = false
        const end = (settle: () => void): void => {
          if (isOver || clock.isDead) return
          isOver = true
          settle()
        }
        request.signal.addEventListener('abort', () => end(() => reject(request.signal.reason)))
        if (request.signal.aborted) return end(() => reject(request.signal.reason))
        const fail = (): void => end(() => reject(new TypeError('The network is gone')))
        const step = (ms: number, run: () => void): void => {
          this.time.schedule(ms, 'file', () => {
            if (isOver || clock.isDead) return
            if (device.isOnline && !device.isAsleep) run()
            else fail()
          })
        }
        const answer = (status: number, body: object | Blob): void =>
          end(() => resolve(answerOf(status, body)))
        if (request.method === 'POST' && request.body instanceof Blob)
          this.#upload({ request, content: request.body }, { step, answer, fail })
        else step(ANSWER_MS, () => this.#answer(request, answer))
      })
  }

  #upload(
    { request, content }: { request: HttpRequest; content: Blob },
    line: {
      step(ms: number, run: () => void): void
      answer(status: number, body: object): void
      fail(): void
    },
  ): void {
    const fate = this.fates.shift()
    this.begun++
    const quarter = (no: number): void =>
      line.step(UPLOAD_MS / 4, () => {
        request.onSent?.((content.size * no) / 4)
        if (no === 2 && fate === 'cut') return line.fail()
        if (no < 4) return quarter(no + 1)
        const user = userOf(request, this.time.now)
        if (user === undefined) return line.answer(401, EXPIRED)
        const id = `file-${this.files.length + 1}`
        this.files.push({ id, user, content })
        if (fate === 'lose the answer') return line.fail()
        line.answer(201, { ok: true, file: { id, kind: content.type || 'text/plain', size: content.size } })
      })
    quarter(1)
  }

  #answer(
    { method, url, headers }: HttpRequest,
    answer: (status: number, body: object | Blob) => void,
  ): void {
    const file = this.files.find(({ id }) => url.endsWith(`/${id}`))
    if (userOf({ headers }, this.time.now) === undefined) answer(401, EXPIRED)
    else if (method === 'POST') answer(200, { ok: true, upload: null })
    else answer(file ? 200 : 404, file?.content ?? { ok: false, error: 'There is no such file' })
  }
}

const EXPIRED = { ok: false, code: 'TOKEN_EXPIRED', error: 'The token has expired', retry: 'auth' }

const answerOf = (status: number, body: object | Blob): HttpAnswer => ({
  status,
  body: body instanceof Blob ? body : new Blob([JSON.stringify(body)]),
})

/** Undefined: the token is not valid, or not any more. */
function userOf({ headers }: Pick<HttpRequest, 'headers'>, now: number): string | undefined {
  try {
    const token = String(headers.authorization).replace(/^Bearer /, '')
    const { id, expiresAt = Number.POSITIVE_INFINITY } = identityOf(token, asUserId, now)
    return expiresAt > now ? id : undefined
  } catch (error) {
    if (error instanceof AuthError) return undefined
    throw error
  }
}
