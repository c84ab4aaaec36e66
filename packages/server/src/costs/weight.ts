/**
 * Characters that take about 10 µs: from SQLite, through JSON and UTF-8, to the socket. The siege's long pages, which are
 * emoji, took six times as much of the process as at 1,000 a unit.
 */
const CHARACTERS_A_UNIT = 250

/**
 * The cost of a request or an answer, by its parts (a row is one) and its characters. It goes by the answer, not by the
 * rows read for it: the cost of a hidden room or message would reveal that it exists (P9).
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
