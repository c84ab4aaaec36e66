import { defineConfig } from 'vitepress'
import { linkOnSite, REPOSITORY, slugify } from './links'
import { writeTexts } from './llms'
import { itemsOf, SECTIONS } from './sections'

const sections = SECTIONS.map((section) => ({ ...section, items: itemsOf(section) })).filter(
  ({ items }) => items.length > 0,
)

export default defineConfig({
  title: 'Roomful',
  description: 'Chat rooms for any JavaScript app, right even when the network is not.',
  lang: 'en',
  cleanUrls: true,
  // What is built goes where everything built goes.
  cacheDir: '../.cache/vitepress',
  outDir: '../.cache/site',
  markdown: {
    anchor: { slugify },
    // An address in the text, such as that of a server that runs here, is not a link.
    linkify: false,
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
    config(md) {
      // The corner of a table, or a column that needs no name: an empty heading says nothing to a screen reader.
      md.core.ruler.push('empty-headings', ({ tokens }) => {
        for (const [at, { type, content }] of tokens.entries())
          if (type === 'inline' && content === '' && tokens[at - 1]?.type === 'th_open')
            for (const cell of [tokens[at - 1], tokens[at + 1]]) if (cell) cell.tag = 'td'
      })
      // A flag is not broken behind its hyphens, and an address of the server API is at its slashes.
      const code = md.renderer.rules.code_inline
      md.renderer.rules.code_inline = (tokens, at, options, env, self) => {
        const html = code?.(tokens, at, options, env, self) ?? ''
        if (/>[A-Z]+ \/v1\//.test(html)) return html.replace(/(?<=\w)\/(?=[\w{])/g, '/<wbr>')
        return html.replace(/(?<=[\s>])--?[\w-]{1,30}(?=[\s<])/g, '<span class="whole">$&</span>')
      }
      const open = md.renderer.rules.link_open
      md.renderer.rules.link_open = (tokens, at, options, env, self) => {
        const token = tokens[at]
        token?.attrSet('href', linkOnSite(token.attrGet('href') ?? '', env.relativePath ?? ''))
        return open?.(tokens, at, options, env, self) ?? self.renderToken(tokens, at, options)
      }
    },
  },
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/icon.svg' }]],
  buildEnd: ({ outDir, pages }) => writeTexts(outDir, pages),
  themeConfig: {
    logo: '/icon.svg',
    nav: sections.map(({ folder, title, items }) => ({
      text: title,
      link: firstLink(items) ?? '/',
      activeMatch: `^/${folder}/`,
    })),
    // The section of the page is open, the others are their titles.
    sidebar: sections.map(({ title, items }) => ({ text: title, items: [...items], collapsed: true })),
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
  },
})

function firstLink(items: ReturnType<typeof itemsOf>): string | undefined {
  const [first] = items
  return first?.link ?? (first?.items && firstLink([...first.items]))
}
