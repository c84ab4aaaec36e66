import type { Chance } from './chance'

const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then']
const TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\ufeff',
  '\u200b\u200d',
  '👨‍👩‍👧‍👦',
  '\u202eabc',
  '\u001b[31m',
  "'; drop table messages; --",
  '<img src=x onerror=alert(1)>',
  '%_\\',
  '../../etc/passwd',
  'NaN',
  'general',
  'a'.repeat(64),
  'a'.repeat(65),
  ...PROTOTYPE_KEYS,
]
/** As JSON texts: some are values that no program would write. */
const NUMBERS = [
  '0',
  '-0',
  '-1',
  '1',
  '1.5',
  '1e400',
  '-1e400',
  '9007199254740991',
  '9007199254740993',
  '1e21',
  '200',
  '201',
]
const DEEPEST = 5_000

/** A JSON text: anything that could come over the wire, and nothing else. */
export function junkJson(chance: Chance, depth = 0): string {
  const kind = chance.below(depth > 3 ? 6 : 9)
  if (kind === 0) return chance.pick(['null', 'true', 'false'])
  if (kind === 1) return chance.pick(NUMBERS)
  if (kind === 2) return JSON.stringify(chance.pick(TEXTS))
  if (kind === 3) return String(chance.below(1_000))
  if (kind === 4) return JSON.stringify(randomText(chance))
  if (kind === 5) return chance.with(0.02) ? enormous(chance) : '{}'
  const count = chance.below(5)
  if (kind === 6) return `[${Array.from({ length: count }, () => junkJson(chance, depth + 1)).join()}]`
  const fields = Array.from(
    { length: count },
    () => `${JSON.stringify(chance.pick(TEXTS))}:${junkJson(chance, depth + 1)}`,
  )
  return `{${fields.join()}}`
}

function randomText(chance: Chance): string {
  const units = Array.from({ length: chance.below(20) }, () =>
    chance.below(chance.with(0.3) ? 0x1_0000 : 0x80),
  )
  return String.fromCharCode(...units)
}

/** Deep, long or many. */
function enormous(chance: Chance): string {
  const size = chance.pick([100, 1_000, DEEPEST])
  switch (chance.below(4)) {
    case 0:
      return `${'['.repeat(size)}${']'.repeat(size)}`
    case 1:
      return `${'{"a":'.repeat(size)}1${'}'.repeat(size)}`
    case 2:
      return JSON.stringify(chance.pick(['x', '👍', '\u0301']).repeat(size * 10))
    default:
      return `{${Array.from({ length: size }, (_, n) => `"k${n}":${n}`).join()}}`
  }
}

export const junkKey = (chance: Chance): string =>
  chance.pick([...PROTOTYPE_KEYS, 'seq', 'userId', 'role', 'admin', 'x'])

const ODD_EVENTS = [
  '""',
  '7',
  'null',
  'true',
  '{}',
  '[]',
  '"error"',
  '"disconnect"',
  '"connect"',
  '"connection"',
  '"newListener"',
  '"__proto__"',
  '"toString"',
  '"SEND-MESSAGE"',
  '"send-message "',
  '"changes"',
  '"ready"',
]
export const oddEvent = (chance: Chance): string => chance.pick(ODD_EVENTS)
