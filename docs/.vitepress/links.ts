import { posix } from 'node:path'

/** Where what is in the repository and not on the site can be read. */
export const REPOSITORY = 'https://github.com/roomful/roomful'

/** Heading ids as GitHub makes them, so that one link works there and on the site. */
export const slugify = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

/**
 * A link out of docs as an address of the repository; others stay as they are.
 *
 * @param href as the page has it
 * @param page path of the page in docs
 */
export function linkOnSite(href: string, page: string): string {
  if (!href.startsWith('../')) return href
  const path = posix.join('docs', posix.dirname(page), href)
  if (path.startsWith('docs/')) return href
  const isFile = /\.\w+(?:#.*)?$/.test(path)
  return `${REPOSITORY}/${isFile ? 'blob' : 'tree'}/main/${path}`
}
