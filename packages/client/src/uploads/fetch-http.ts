import type { Http } from '../platform/http'

const PIECE_BYTES = 64 * 1024

/** `fetch`: in Node it counts what it sends, in workers not: there a body that is a stream needs HTTP/2. */
export const fetchHttp: Http = async ({ method, url, headers, body, withCredentials, signal, onSent }) => {
  let sent = 0
  const moved = (bytes: number): void => {
    sent = bytes
    onSent?.(bytes)
  }
  const isCounted = onSent !== undefined && body instanceof Blob && hasStreams()
  const answer = await fetch(url, {
    method,
    headers: isCounted ? { ...headers, 'content-length': String(body.size) } : headers,
    credentials: withCredentials ? 'include' : 'same-origin',
    signal,
    ...(isCounted ? { body: counted(body, moved), duplex: 'half' } : body === undefined ? {} : { body }),
  })
  return { status: answer.status, body: await arrived(answer, () => moved(sent)) }
}

/** The body of an answer, of which each piece is a sign that it moves. */
function arrived(answer: Response, onPiece: () => void): Promise<Blob> {
  const pieces = answer.body?.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (piece, controller) => {
        onPiece()
        controller.enqueue(piece)
      },
    }),
  )
  // The headers name the media type.
  return (pieces ? new Response(pieces, { headers: answer.headers }) : answer).blob()
}

/** A stream that is a body by itself, sent as it is read: Node's, and those that are made like it. */
const hasStreams = (): boolean => typeof process === 'object' && process.versions?.node !== undefined

/** Piece by piece: a Blob's own stream gives what is in memory as one. */
function counted(body: Blob, onSent: (bytes: number) => void): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const piece = await body.slice(sent, sent + PIECE_BYTES).arrayBuffer()
        sent += piece.byteLength
        if (piece.byteLength === 0) return controller.close()
        controller.enqueue(new Uint8Array(piece))
        onSent(sent)
      },
    },
    { highWaterMark: 0 },
  )
}
