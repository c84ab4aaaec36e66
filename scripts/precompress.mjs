import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

/** Text. Pictures and fonts of these pages are compressed in themselves. */
const KINDS = new Set(['.css', '.html', '.js', '.json', '.map', '.svg', '.txt', '.webmanifest'])
/** Below it headers are most of an answer. */
const FROM_BYTES = 512

/**
 * Puts a `.br` and a `.gz` beside each text file of a built page, where that is smaller: the server sends them as they are.
 *
 * @param {string} folder
 */
export function precompress(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !KINDS.has(extname(entry.name))) continue
    const path = join(entry.parentPath, entry.name)
    const content = readFileSync(path)
    if (content.byteLength < FROM_BYTES) continue
    const brotli = brotliCompressSync(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.byteLength,
      },
    })
    for (const [ending, compressed] of /** @type {const} */ ([
      ['.br', brotli],
      ['.gz', gzipSync(content, { level: 9 })],
    ]))
      if (compressed.byteLength < content.byteLength) writeFileSync(`${path}${ending}`, compressed)
  }
}
