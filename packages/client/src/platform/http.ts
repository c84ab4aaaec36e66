/** One request of HTTP, for files. */
export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Blob | string
  /** Cookies go along to another origin. */
  readonly withCredentials: boolean
  /** Its abort ends the request, and rejects. */
  readonly signal: AbortSignal
  /**
   * Called with how many bytes of the body have left this device so far, where the platform says so; and again with the
   * same number as the answer arrives. A request that does not call it for 100 s is ended.
   */
  readonly onSent?: (bytes: number) => void
}

/** The answer to a request; `body` has the media type that the server names. */
export type HttpAnswer = { readonly status: number; readonly body: Blob }

/** Resolves with any answer, of any status; rejects when there is none, or when it is aborted. */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>
