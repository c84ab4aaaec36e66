// The room of many messages: with 100,000 three years of small talk, the same on every machine.
import { PEOPLE } from './people.mjs'

export const ARCHIVE_ID = 'archive'

/** @param {number} length */
export const archiveRoom = (length) => ({
  id: ARCHIVE_ID,
  name: `${length.toLocaleString('en')} messages`,
  topic: 'Generated. Jump to a date or a number: only what you see is loaded.',
})

const MINUTE_MS = 60_000
/** The latest one is of yesterday: the room that is opened first is another. */
const ENDED_MS = 24 * 60 * MINUTE_MS
/** Four within as many minutes, then a pause: what one person writes stands together. */
const BURST = 4
const PAUSE_MS = 64 * MINUTE_MS

const OPENINGS = [
  'Quick one:',
  'Done:',
  'Small thing:',
  'For later:',
  'Question:',
  'Good news:',
  '',
  '',
  '',
  '',
]
const SUBJECTS = [
  'the build',
  'the export',
  'the new header',
  'the staging server',
  'the invoice page',
  'the onboarding',
]
const STATES = [
  'is green again',
  'needs a second look',
  'is faster now',
  'waits for review',
  'works offline too',
]
const SHORT = [
  'Thanks!',
  'On it.',
  'Agreed.',
  'Looks good to me.',
  'Let me check.',
  '👍',
  'After lunch?',
  'Nice.',
]
const ENDINGS = ['', '', '', ' Anyone around?', ' Notes are in the doc.', ' No hurry.']

/**
 * Its messages by number, from 1. The last one is written a day before `now`.
 *
 * @param {number} now @param {number} length
 * @returns {Generator<{ seq: number, senderId: string, senderName: string, content: string, at: number }>}
 */
export function* archive(now, length) {
  const people = Object.values(PEOPLE).filter(({ id }) => id !== PEOPLE.roomy.id)
  const draw = drawing(length)
  let person = people[0]
  for (let seq = 1; seq <= length; seq += 1) {
    // People write two or three in a row.
    if (draw(10) < 6) person = people[draw(people.length)]
    const at = now - ENDED_MS - agoOf(length - seq)
    const { id = '', name = '' } = person ?? {}
    yield { seq, senderId: id, senderName: name, content: contentOf(seq, length, draw), at }
  }
}

/** @param {number} later How many are later. */
const agoOf = (later) => Math.floor(later / BURST) * PAUSE_MS + (later % BURST) * MINUTE_MS

/** @param {number} seq @param {number} length @param {(below: number) => number} draw */
function contentOf(seq, length, draw) {
  /** @param {readonly string[]} words */
  const one = (words) => words[draw(words.length)] ?? ''
  const text =
    draw(3) === 0 ? one(SHORT) : `${one(OPENINGS)} ${one(SUBJECTS)} ${one(STATES)}.${one(ENDINGS)}`.trim()
  if (seq === 1) return 'This is where it begins: message 1.'
  if (seq === length) return `This is message ${length.toLocaleString('en')}. Number 1 is one jump away.`
  if (seq % 10_000 === 0) return `**Message ${seq.toLocaleString('en')}.** ${text}`
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Numbers below a limit, repeatable: a linear congruential generator (Numerical Recipes). @param {number} seed */
function drawing(seed) {
  let state = seed >>> 0
  /** @param {number} below */
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    // The low bits of such a generator repeat quickly.
    return Math.floor((state / 2 ** 32) * below)
  }
}
