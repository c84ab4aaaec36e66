import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Markdown } from './markdown'

const shown = (content: string): string => renderToStaticMarkup(createElement(Markdown, { content }))
const LINK = 'target="_blank" rel="noopener noreferrer nofollow"'

test.each([
  // React writes an apostrophe as `&#x27;` and `&` as `&amp;`: once, not twice.
  ['*don\'t* & "won\'t"', '<em>don&#x27;t</em> &amp; &quot;won&#x27;t&quot;'],
  ["`a<b'c && d`", '<code>a&lt;b&#x27;c &amp;&amp; d</code>'],
  ['a < b, \\* and 5 > 4', 'a &lt; b, * and 5 &gt; 4'],
  ['[a & b](https://x.example/?a=1&b=2)', `<a href="https://x.example/?a=1&amp;b=2" ${LINK}>a &amp; b</a>`],
  [
    '<https://x.example/?a=1&b=2>',
    `<a href="https://x.example/?a=1&amp;b=2" ${LINK}>https://x.example/?a=1&amp;b=2</a>`,
  ],
  ['<b>bold</b>', '&lt;b&gt;bold&lt;/b&gt;'],
])('%s is shown as it was meant, with nothing escaped twice', (content, html) => {
  expect(shown(content)).toBe(`<p class="content">${html}</p>`)
})
