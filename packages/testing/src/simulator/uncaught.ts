/** Uncaught errors since the last look. The process that runs seeds fills it (I24). */
export const uncaught: unknown[] = []

export function describeUncaught(): string | undefined {
  const [first] = uncaught.splice(0)
  if (first === undefined) return undefined
  return `I24: uncaught: ${first instanceof Error ? (first.stack ?? first.message) : first}`
}
