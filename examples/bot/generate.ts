import { setTimeout } from 'node:timers/promises'

/** How long a word takes. Models write about so fast. */
const WORD_MS = 40
const WORDS = 60

/** What it has read: which words follow which, a bigram model. A real bot calls a language model instead. */
const READ = `A message has one place in its room, and keeps it. A room keeps each message in the order in which the server has taken it.
The server takes each message once, however often a device sends it. A device that was offline sends what it has, and gets
what it has missed. What was sent is stored before it is shown as sent. A reader who comes late sees the same room as a reader
who was there, in the same order. An answer that grows is one message, and each reader sees the same beginning of it.`

const FOLLOWERS = followersOf(READ.split(/\s+/))

/**
 * Writes an answer, word by word. The same question has the same answer, so that a bot that is started again goes on in the
 * sentence in which it was killed.
 *
 * @param soFar - the text that is there already, of an earlier run
 */
export async function* generate(question: string, soFar = '', wordMs = WORD_MS): AsyncGenerator<string> {
  let written = 0
  for (const word of words(question)) {
    written += word.length
    if (written <= soFar.length) continue
    await setTimeout(wordMs)
    // The server may have kept a word up to its middle.
    yield word.slice(Math.max(0, word.length - (written - soFar.length)))
  }
}

function* words(question: string): Generator<string> {
  let seed = [...question].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0, 7)
  let word = 'A'
  yield word
  for (let no = 1; no < WORDS || !word.endsWith('.'); no++) {
    seed = (seed * 1_664_525 + 1_013_904_223) >>> 0
    const next = FOLLOWERS.get(word) ?? ['A']
    word = next[Math.floor((seed / 2 ** 32) * next.length)] ?? 'A'
    yield ` ${word}`
  }
}

function followersOf(text: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const followers = new Map<string, string[]>()
  for (const [at, word] of text.entries()) {
    const next = text[at + 1]
    if (next !== undefined) followers.set(word, [...(followers.get(word) ?? []), next])
  }
  return followers
}
