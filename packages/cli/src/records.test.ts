import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { type Framing, readRecords, unescapeDelimiter } from './records'

const lines: Framing = { kind: 'lines' }
const nul: Framing = { kind: 'delimited', delimiter: '\0' }

async function records(chunks: (string | Uint8Array)[], framing: Framing): Promise<string[]> {
  const all: string[] = []
  for await (const record of readRecords(Readable.from(chunks), framing)) all.push(record)
  return all
}

describe('lines', () => {
  test('are messages; blank ones are not, and the last needs no newline', async () => {
    expect(await records(['one\n\ntwo\r\n  \nthree'], lines)).toEqual(['one', 'two', 'three'])
  })

  test('may be cut anywhere, inside a character too', async () => {
    const bytes = Buffer.from('höhö\n👩‍👩‍👧\n')
    expect(
      await records(
        [...bytes].map((byte) => Uint8Array.of(byte)),
        lines,
      ),
    ).toEqual(['höhö', '👩‍👩‍👧'])
  })

  test('keep white space around their text', async () => {
    expect(await records(['\tindented  \n\ufeffmarked\n'], lines)).toEqual(['\tindented  ', '\ufeffmarked'])
  })
})

describe('records between delimiters', () => {
  test('are kept byte for byte', async () => {
    const texts = ['subject\n\nbody\n', ' \r\n', 'é\t', '']
    expect(await records([`${texts.join('\0')}\0`], nul)).toEqual(texts)
  })

  test('may have a delimiter of several characters that is cut between chunks', async () => {
    expect(await records(['a-', '-b--', '-c'], { kind: 'delimited', delimiter: '--' })).toEqual([
      'a',
      'b',
      '-c',
    ])
  })

  test('an empty input has none', async () => {
    expect(await records([], nul)).toEqual([])
    expect(await records([''], nul)).toEqual([])
  })
})

test('a byte that is not UTF-8 is refused with its position', async () => {
  await expect(records([Buffer.from('ok\n'), Uint8Array.of(0xff, 0x0a)], lines)).rejects.toThrow('line 2')
})

test.each([
  ['\\0', '\0'],
  ['\\n--\\n', '\n--\n'],
  ['\\x1e', '\x1e'],
  ['\\\\', '\\'],
  [';', ';'],
])('the delimiter %s is unescaped', (typed, text) => {
  expect(unescapeDelimiter(typed)).toBe(text)
})

test('an empty delimiter is refused', () => {
  expect(() => unescapeDelimiter('')).toThrow('at least one')
})
