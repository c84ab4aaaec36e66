import type { Device } from './device'
import type { Program } from './program'
import type { TokenFacts } from './token'

/** What an app does besides calling the client: it answers `auth`, and listens. */
export type App = {
  /** The answer to `auth`; `token` makes a good one, or one with `facts`. */
  auth(
    device: Device,
    program: Program,
    token: (facts?: Partial<TokenFacts>) => string,
  ): string | Promise<string>
  /** A program has started, and nothing has been called yet. */
  started(device: Device): void
  /** The client reported this error. Did the app throw it, and was it not reported before? */
  hasThrown(error: unknown, source: string): boolean
  /** A room was opened, again or for the first time. */
  opened(device: Device, roomId: string): void
}
