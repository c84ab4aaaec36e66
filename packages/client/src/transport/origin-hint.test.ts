import { expect, test } from 'vitest'
import { type PageOrigin, withOriginHint } from './origin-hint'
import { LOST } from './socket-connection'

/** A page of this origin, and the addresses that it asks. `isUp`: whether a server answers there. */
function pageOf(origin: string, isUp: boolean): PageOrigin & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    origin,
    asked,
    fetch: async (url, { mode }) => {
      asked.push(`${mode} ${url}`)
      if (!isUp) throw new TypeError('Failed to fetch')
    },
  }
}

test('a server that is there, and does not take this page, is told from one that is not', async () => {
  const page = pageOf('http://localhost:5173', true)
  expect(await withOriginHint('http://localhost:3000/api/chat', LOST, page)).toEqual({
    ...LOST,
    text: 'http://localhost:3000 answers, but not to pages of http://localhost:5173: start it with --origins http://localhost:5173',
    hint: 'serve --origins',
  })
  expect(page.asked).toEqual(['no-cors http://localhost:3000/api/chat/healthz'])
  expect(await withOriginHint('http://localhost:3000', LOST, pageOf('http://localhost:5173', false))).toBe(
    LOST,
  )
})

test.each([['http://localhost:3000'], ['/api/chat'], ['']])(
  "the page's own server at %j is not asked",
  async (url) => {
    const page = pageOf('http://localhost:3000', true)
    expect(await withOriginHint(url, LOST, page)).toBe(LOST)
    expect(page.asked).toEqual([])
  },
)
