import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** They come when they are wanted; without a network code stays without colours, and emoji without names. */
const LARGE = /highlight|emoji/

/**
 * Puts `service-worker.js` beside the page, with the list of what the page is made of.
 *
 * @returns {import('vite').Plugin}
 */
export const serviceWorker = () => ({
  name: 'service-worker',
  apply: 'build',
  enforce: 'post',
  generateBundle(_, bundle) {
    const assets = Object.keys(bundle).filter((file) => file.startsWith('assets/') && !LARGE.test(file))
    const files = ['./', 'icon.svg', ...assets]
    const source = readFileSync(new URL('service-worker.js', import.meta.url), 'utf8')
    const version = createHash('sha256').update(source).update(files.join()).digest('hex').slice(0, 12)
    this.emitFile({
      type: 'asset',
      fileName: 'service-worker.js',
      source: `const FILES = ${JSON.stringify(files)}\nconst VERSION = '${version}'\n${source}`,
    })
  },
})
