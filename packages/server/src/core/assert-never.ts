/** Ends an exhaustive switch. Names the tag only: the rest of the value may be a user's text. */
export function assertNever(value: never, what: string): never {
  throw new Error(`unknown ${what}`, { cause: typeof value })
}
