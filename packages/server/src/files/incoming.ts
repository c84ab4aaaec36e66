import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { type FileKind, KIND_BYTES, kindByMagic, TextCheck } from './file-kind'
import { FILE_BYTES, type FileProblem } from './file-store'

type Received = { readonly sha256: string; readonly size: number; readonly kind: FileKind }

/** Writes a body to a path as it arrives, and detects its kind. Stops at the first byte too many. */
export async function receive(
  path: string,
  body: AsyncIterable<Uint8Array>,
): Promise<Received | FileProblem> {
  const file = await open(path, 'wx', 0o600)
  try {
    const hash = createHash('sha256')
    const text = new TextCheck()
    let head = Buffer.alloc(0)
    let size = 0
    for await (const piece of body) {
      size += piece.byteLength
      if (size > FILE_BYTES) return 'TOO_LARGE'
      if (head.length < KIND_BYTES) head = Buffer.concat([head, piece.subarray(0, KIND_BYTES)])
      hash.update(piece)
      text.add(piece)
      await file.writeFile(piece)
    }
    if (size === 0) return 'EMPTY'
    const kind = kindByMagic(head) ?? (text.end() ? 'text/plain' : undefined)
    if (!kind) return 'UNKNOWN_KIND'
    // A message that names it may be acked next, and an ack must survive a power cut.
    await file.sync()
    return { sha256: hash.digest('hex'), size, kind }
  } finally {
    await file.close()
  }
}
