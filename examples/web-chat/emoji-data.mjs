import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const FILES = ['data.json', 'messages.json']
const require = createRequire(import.meta.url)
/** @param {string} file */
const content = (file) => readFileSync(require.resolve(`emojibase-data/en/${file}`))

/**
 * The names of all emoji, served by the page's own server: its policy allows no other.
 *
 * @returns {import('vite').Plugin}
 */
export const emojiData = () => ({
  name: 'emoji-data',
  configureServer(server) {
    for (const file of FILES)
      server.middlewares.use(`/emoji/en/${file}`, (_, response) => {
        response.setHeader('content-type', 'application/json').end(content(file))
      })
  },
  generateBundle() {
    for (const file of FILES)
      this.emitFile({ type: 'asset', fileName: `emoji/en/${file}`, source: content(file) })
  },
})
