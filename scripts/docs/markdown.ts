/** Text that is no Markdown, for a page: `<file>` would be read as an element. What is in backticks stays. */
export const escapeTags = (text: string): string =>
  text
    .split('`')
    .map((part, at) => (at % 2 === 0 ? part.replaceAll(/(?<!\\)<(?=\w)/g, '\\<') : part))
    .join('`')

/** A page with its text changed, and its fences as they are. */
export const outsideFences = (page: string, change: (text: string) => string): string =>
  page
    .split(/^(```[\s\S]*?^```$)/m)
    .map((part, at) => (at % 2 === 0 ? change(part) : part))
    .join('')
