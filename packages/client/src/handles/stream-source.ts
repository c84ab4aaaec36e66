import { ChatError } from '../model/chat-error'
import type { StreamPart, StreamSource } from '../room'

type Pull = { next(): Promise<string | null>; end(): void }

/** Half of a character outside of the basic plane, at the end: the other half comes with the next piece. */
const HIGH_SURROGATE = /[\ud800-\udbff]$/

/**
 * The text of a source, piece by piece, null at its end. Whatever tokens it is made of, no piece ends within a
 * character. `soFar`: the text that the message has already: a function is given it and continues; any other source begins
 * anew, and has to begin with it.
 */
export function textOf(given: StreamSource | ((soFar: string) => StreamSource), soFar: string): Pull {
  const source = typeof given === 'function' ? given(soFar) : given
  const parts = partsOf(source)
  /** What the source has to repeat. */
  let known = typeof given === 'function' ? '' : soFar
  let half = ''
  return {
    async next() {
      for (;;) {
        const { done, value } = await parts.next()
        if (done) {
          if (known !== '') throw conflict()
          return null
        }
        let text = half + textIn(value)
        half = HIGH_SURROGATE.exec(text)?.[0] ?? ''
        if (half !== '') text = text.slice(0, -1)
        const repeated = text.slice(0, known.length)
        if (!known.startsWith(repeated)) throw conflict()
        known = known.slice(repeated.length)
        if (text.length > repeated.length) return text.slice(repeated.length)
      }
    },
    end: parts.end,
  }
}

type Parts = {
  next(): Promise<{ done?: boolean | undefined; value?: StreamPart | undefined }>
  end(): void
}

function partsOf(source: StreamSource): Parts {
  // A text is iterable too, character by character.
  if (typeof source === 'string') return iterated([source][Symbol.iterator]())
  // Also where it can be iterated: `return` of its iterator waits for the next piece, or is missing.
  if ('getReader' in source) {
    const reader = source.getReader()
    return { next: () => reader.read(), end: () => ignored(() => reader.cancel()) }
  }
  if (Symbol.asyncIterator in source) return iterated(source[Symbol.asyncIterator]())
  return iterated(source[Symbol.iterator]())
}

const iterated = (iterator: AsyncIterator<StreamPart> | Iterator<StreamPart>): Parts => ({
  next: async () => iterator.next(),
  end: () => ignored(() => iterator.return?.()),
})

/** It ends by itself, or never: nothing waits for it. */
function ignored(run: () => unknown): void {
  void Promise.resolve()
    .then(run)
    .catch(() => {})
}

/** A text, or a part of one of the AI SDK's streams: of those only the parts with text count, and an error ends it. */
function textIn(part: StreamPart | undefined): string {
  if (typeof part === 'string') return part
  if (typeof part !== 'object' || part === null) return ''
  if (part.type === 'error') {
    const why = 'error' in part ? { cause: part.error } : undefined
    throw new Error(String(part.errorText ?? 'The source failed'), why)
  }
  if (part.type !== 'text-delta') return ''
  const text = part.delta ?? part.text
  return typeof text === 'string' ? text : ''
}

const conflict = (): ChatError =>
  new ChatError('VERSION_CONFLICT', 'The source does not begin with the text that the message has')
