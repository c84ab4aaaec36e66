import type { ShownMessage } from '@roomful/client'
import { makeShownMessage } from '@roomful/testing'
import { expect, test } from 'vitest'
import { createGrowing } from './growing'

type Stream = NonNullable<ShownMessage['stream']>

const shown = (seq: number, content: string, stream?: Stream): ShownMessage =>
  makeShownMessage(seq, { content, ...(stream && { stream }) })

test('a message that grows is printed once, when it has ended', () => {
  let messages: ShownMessage[] = []
  let listener = (): void => {}
  const printed: string[] = []
  const growing = createGrowing(
    {
      messages: () => messages,
      subscribe: (called) => {
        listener = called
        return () => {}
      },
    },
    async ({ content }) => void printed.push(content),
  )
  const update = (...now: ShownMessage[]): void => {
    messages = now
    listener()
  }
  expect(growing.holds(shown(1, 'whole'))).toBe(false)
  expect(growing.holds(shown(2, '', { state: 'streaming' }))).toBe(true)
  update(shown(2, 'It gr', { state: 'streaming' }))
  update(shown(2, 'It gr', { state: 'cancelled', closing: true }))
  expect(printed).toEqual([])
  update(shown(2, 'It grows', { state: 'cancelled' }))
  update(shown(2, 'It grows', { state: 'cancelled' }))
  expect(printed).toEqual(['It grows'])
})
