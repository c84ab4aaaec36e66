import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A folder of pages. Pages named in `order` are first, as they stand there; others follow by their titles. */
export type Section = { readonly folder: string; readonly title: string; readonly order: readonly string[] }

/** The sections of the site, in the order of its menu. */
export const SECTIONS: readonly Section[] = [
  {
    folder: 'start',
    title: 'Start',
    order: ['index', 'first-app', 'react', 'vue-svelte-solid', 'script', 'bot', 'your-app', 'own-backend'],
  },
  {
    folder: 'concepts',
    title: 'Concepts',
    order: [
      ...['index', 'rooms', 'order', 'optimistic-sends', 'outbox', 'sync', 'unread', 'tabs', 'storage'],
      ...['consent', 'moderation'],
    ],
  },
  {
    folder: 'guides',
    title: 'Guides',
    order: [
      ...[
        'sign-in',
        'client',
        'react',
        'typed-kinds',
        'files',
        'permissions',
        'moderation',
        'server-api',
        'webhooks',
      ],
      ...[
        'bots',
        'streaming',
        'scripts',
        'testing',
        'inspector',
        'long-lists',
        'server-rendering',
        'react-native',
      ],
      ...['workers', 'tabs', 'storage', 'server', 'deploying', 'backup', 'sizing', 'security', 'moving'],
    ],
  },
  {
    folder: 'reference',
    title: 'Reference',
    order: ['index', 'api', 'cli', 'configuration', 'metrics', 'errors', 'protocol', 'events', 'http-api'],
  },
  {
    folder: 'inside',
    title: 'Inside',
    order: [
      'index',
      'architecture',
      'room-states',
      'write-path',
      'losses',
      'local-copy',
      'engines',
      'simulator',
      'siege',
      'benchmarks',
      'adding-an-operation',
      'decisions',
    ],
  },
]

/** A page of a section, or a folder of pages. `link`: its address on the site. */
export type Item = {
  readonly text: string
  readonly link?: string
  readonly items?: readonly Item[]
  readonly collapsed?: boolean
}

/** The order of what is in a folder below a section. */
const ORDERS: Readonly<Record<string, readonly string[]>> = {
  'reference/api': [
    ...['client', 'client-node', 'client-react-native', 'client-faults'],
    ...['react', 'react-scroll', 'react-virtual', 'react-files', 'react-devtools'],
    ...['server', 'server-contract', 'server-engine', 'bot', 'admin'],
  ],
}

const DOCS = fileURLToPath(new URL('..', import.meta.url))

/** The pages of a section, with those of its folders below them. */
export function itemsOf({ folder, order }: Section): Item[] {
  if (!existsSync(`${DOCS}${folder}`)) return []
  const items = readdirSync(`${DOCS}${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    const name = entry.name.replace(/\.md$/, '')
    if (entry.isDirectory()) return { name, item: folderItem(path) }
    return entry.name.endsWith('.md') ? { name, item: pageItem(path) } : []
  })
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  return items
    .filter(({ item }) => item.link !== undefined || item.items?.length)
    .sort((a, b) => place(a.name) - place(b.name) || a.item.text.localeCompare(b.item.text, 'en'))
    .map(({ item }) => item)
}

/** The first heading of a page, without its marks. Throws if there is none. */
export function titleOf(text: string, path: string): string {
  const [, title] = /^# (.+)$/m.exec(text) ?? []
  if (title === undefined) throw new Error(`${path} has no heading of the first level`)
  return title.replaceAll(/[`*]/g, '')
}

const pageItem = (path: string): Item => ({
  text: titleOf(readFileSync(`${DOCS}${path}`, 'utf8'), path),
  link: addressOf(path),
})

/** A folder whose `index.md` names it; its other pages are below. */
function folderItem(path: string): Item {
  const index = `${path}/index.md`
  const items = itemsOf({ folder: path, title: '', order: ORDERS[path] ?? [] }).filter(
    ({ link }) => link !== `/${path}/`,
  )
  if (!existsSync(`${DOCS}${index}`)) return { text: path.slice(path.lastIndexOf('/') + 1), items }
  return { ...pageItem(index), items, collapsed: true }
}

/** The address of a page on the site, from its path in docs. */
export const addressOf = (path: string): string => `/${path.replace(/(?:(?<=^|\/)index)?\.md$/, '')}`
