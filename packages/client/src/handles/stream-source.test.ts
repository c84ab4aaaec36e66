import { expect, test } from 'vitest'
import { textOf } from './stream-source'

async function allOf(source: Parameters<typeof textOf>[0], known: string): Promise<string[]> {
  const pull = textOf(source, known)
  const pieces: string[] = []
  for (;;) {
    const piece = await pull.next()
    if (piece === null) return pieces
    pieces.push(piece)
  }
}

test('a text is a source of one piece, also as what a function answers, and goes on behind what is known', async () => {
  expect(await allOf('It grows', '')).toEqual(['It grows'])
  expect(await allOf(() => 'more', 'It ')).toEqual(['more'])
  expect(await allOf('It grows', 'It ')).toEqual(['grows'])
})
