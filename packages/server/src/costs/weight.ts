/** Characters that take as long to be read or written as a row takes to be read. */
const CHARACTERS_A_UNIT = 1_000

/**
 * What a request or an answer costs, by what is in it: its parts, of which a row is one, and its characters. By the
 * answer and not by the rows that were read for it: what a hidden room or message adds to a bill would tell that it is
 * there (P9).
 */
export function weightOf(answer: unknown): number {
  const seen = { parts: 0, characters: 0 }
  const waiting = [answer]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value === 'string') seen.characters += value.length
    else if (typeof value === 'object' && value !== null) {
      seen.parts++
      for (const part of Object.values(value)) if (isHeavy(part)) waiting.push(part)
    }
  }
  return seen.parts + Math.ceil(seen.characters / CHARACTERS_A_UNIT)
}

const isHeavy = (value: unknown): boolean =>
  typeof value === 'string' || (typeof value === 'object' && value !== null)
