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

test('a stream is cancelled at once, also while its next piece is awaited', async () => {
  let isCancelled = false
  const cancel = (): void => {
    isCancelled = true
  }
  const pull = textOf(new ReadableStream<string>({ cancel }), '')
  void pull.next()
  pull.end()
  await new Promise((resolve) => setTimeout(resolve))
  expect(isCancelled).toBe(true)
})

test.each([
  [{ errorText: 'no quota' }, { message: 'no quota' }],
  [{ error: new Error('429') }, { message: 'The source failed', cause: { message: '429' } }],
  [{}, { message: 'The source failed' }],
])('a part that is an error ends it with what it says: %o', async (says, thrown) => {
  const pull = textOf([{ type: 'error', ...says }], '')
  await expect(pull.next()).rejects.toMatchObject(thrown)
})
