import { InvalidArgumentError } from 'commander'
import { CliError, EXIT } from './failure'

/** Commander needs its own error for a wrong argument, so that it names the option. */
export function checked<T>(parse: (typed: string) => T): (typed: string) => T {
  return (typed) => {
    try {
      return parse(typed)
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
    }
  }
}

export function parseUrl(typed: string): string {
  if (!/^https?:\/\//.test(typed) || !URL.canParse(typed)) {
    throw new CliError('USAGE', 'an address begins with http:// or https://', undefined, EXIT.usage)
  }
  return typed
}
