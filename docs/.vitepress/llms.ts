import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { addressOf, SECTIONS, titleOf } from './sections'

const DOCS = fileURLToPath(new URL('..', import.meta.url))
/** Long, and of use for one name at a time: listed, but not part of the whole text. */
const API = 'reference/api/'

/**
 * Writes what language models read: `llms.txt` lists every page by section, `llms-full.txt` is the text of all of them but
 * those of the API.
 *
 * @param pages paths in docs, with `.md`
 */
export function writeTexts(outDir: string, pages: readonly string[]): void {
  const all = SECTIONS.map(({ folder, title }) => ({
    title,
    pages: pages
      .filter((path) => path.startsWith(`${folder}/`))
      .sort()
      .map((path) => ({ path, text: readFileSync(`${DOCS}${path}`, 'utf8') })),
  })).filter((section) => section.pages.length > 0)
  const lists = all.map(({ title, pages: found }) => {
    const lines = found.map(({ path, text }) => `- [${titleOf(text, path)}](${addressOf(path)})`)
    return `## ${title}\n\n${lines.join('\n')}\n`
  })
  const texts = all
    .flatMap((section) => section.pages)
    .filter(({ path }) => !path.startsWith(API))
    .map(({ path, text }) => `<!-- ${addressOf(path)} -->\n\n${text.trim()}\n`)
  writeFileSync(`${outDir}/llms.txt`, `${HEAD}\n${lists.join('\n')}`)
  writeFileSync(`${outDir}/llms-full.txt`, `${HEAD}\n${texts.join('\n')}`)
}

const HEAD = `# Roomful

> Chat rooms for any JavaScript app, right even when the network is not: a client, React hooks, and a server of your own.
`
