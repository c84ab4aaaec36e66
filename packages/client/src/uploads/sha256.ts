import { sha256 } from '@noble/hashes/sha2'
import { bytesToHex } from '@noble/hashes/utils'

/** In hex, piece by piece: `crypto.subtle` wants all bytes at once, and is missing in pages without HTTPS. */
export async function sha256Of(file: Blob, signal: AbortSignal): Promise<string> {
  const hash = sha256.create()
  const reader = file.stream().getReader()
  for (;;) {
    const { done, value } = await reader.read()
    signal.throwIfAborted()
    if (done) return bytesToHex(hash.digest())
    hash.update(value)
  }
}
