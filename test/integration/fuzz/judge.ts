import { retryOf, WIRE_ERRORS, type WireErrorCode } from '@roomful/protocol'

/** What is wrong with one answer; undefined if nothing is. */
export function faultOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('ok' in answer)) return 'no answer'
  if ('polluted' in {} || Object.keys(Object.prototype).length > 0) return 'Object.prototype was changed'
  if (answer.ok === true) return undefined
  if (!('code' in answer) || typeof answer.code !== 'string' || !isWireCode(answer.code))
    return 'no known code'
  if (answer.code === 'INTERNAL') return 'INTERNAL'
  if (!('retry' in answer) || answer.retry !== retryOf(answer.code))
    return 'the advice is not that of its code'
  if (!('error' in answer) || typeof answer.error !== 'string') return 'error is no text'
  return 'requestId' in answer ? undefined : 'no requestId'
}

const isWireCode = (code: string): code is WireErrorCode => Object.hasOwn(WIRE_ERRORS, code)

/** Counts of codes that a run got. */
export class Tally {
  readonly #counts = new Map<string, number>()

  note(answer: unknown): void {
    const code =
      typeof answer === 'object' && answer !== null && 'code' in answer ? String(answer.code) : 'ok'
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1)
  }

  get codes(): ReadonlySet<string> {
    return new Set(this.#counts.keys())
  }

  toString(): string {
    return [...this.#counts]
      .sort((a, b) => b[1] - a[1])
      .map(([code, count]) => `${code} ${count}`)
      .join(', ')
  }
}
