import { describe, expect, test } from 'vitest'
import { linkify } from './linkify'

const links = (content: string) =>
  linkify(content).flatMap(({ text, href }) => (href === undefined ? [] : [[text, href]]))

describe('a link is made of', () => {
  test.each([
    ['see https://example.com/a?b=c#d now', 'https://example.com/a?b=c#d', 'https://example.com/a?b=c#d'],
    ['http://example.com', 'http://example.com', 'http://example.com/'],
    ['HTTPS://EXAMPLE.COM/A', 'HTTPS://EXAMPLE.COM/A', 'https://example.com/A'],
    ['mailto:ada@example.com', 'mailto:ada@example.com', 'mailto:ada@example.com'],
    ['write to ada.l+chat@example.co.uk!', 'ada.l+chat@example.co.uk', 'mailto:ada.l+chat@example.co.uk'],
    ['(see https://example.com/a)', 'https://example.com/a', 'https://example.com/a'],
    ['https://example.com/a_(b)', 'https://example.com/a_(b)', 'https://example.com/a_(b)'],
    ['(https://example.com/a_(b)).', 'https://example.com/a_(b)', 'https://example.com/a_(b)'],
    ['look: https://example.com, and', 'https://example.com', 'https://example.com/'],
  ])('%s', (content, text, href) => {
    expect(links(content)).toEqual([[text, href]])
  })
})

describe('no link is made of', () => {
  test.each([
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x file:///etc/passwd ftp://example.com',
    'https://',
    'https://[',
    'example.com',
    'a@b',
    '@ada',
  ])('%s', (content) => {
    expect(links(content)).toEqual([])
  })
})

test('no part is lost, whatever it contains', () => {
  const contents = [
    '',
    'plain',
    'https://a.example https://b.example',
    '\n https://a.example\n\n',
    '<img src=x onerror=alert(1)> https://a.example/"onmouseover="x',
    'مرحبا https://a.example/مرحبا 👩‍👩‍👧‍👦',
  ]
  for (const content of contents)
    expect(
      linkify(content)
        .map(({ text }) => text)
        .join(''),
    ).toBe(content)
})
