import { expect, test } from 'vitest'
import { appFiles, quotes, textOf } from '../snippets/find-snippets'

/** The words between a fence and what comes before it: another fence, a heading, or two lines of HTML. */
function wordsBefore(page: string, line: number): string {
  const before = textOf(page)
    .split('\n')
    .slice(0, line - 2)
  const start = before.findLastIndex((text) => /^(?:```|#+ |<\/)/.test(text))
  return before.slice(start + 1).join('\n')
}

// GitHub, npm and the site show no name that stands in the fence itself.
test('a page names each file before it shows it', () => {
  const quoted = quotes().map(({ file, line, quoted }) => ({ page: file, path: quoted, line }))
  const files = [...appFiles(), ...quoted]
  expect(files.length).toBeGreaterThanOrEqual(35)
  const unnamed = files.filter(({ page, path, line }) => {
    // `vue/App.vue` and `examples/next/server.ts`: the App.vue and the server.ts of an app that the text is about.
    const names = [path, path.slice(path.lastIndexOf('/') + 1)]
    return !names.some((name) => wordsBefore(page, line).includes(`\`${name}\``))
  })
  expect(unnamed.map(({ page, path, line }) => `${page}:${line} ${path}`)).toEqual([])
})
