import type { Device } from './device'
import type { Program } from './program'
import type { TokenFacts } from './token'

/** What an app does beside calling the client: it answers `auth`, and listens. */
export type App = {
  /** The answer to `auth`; `token` makes a good one, or one that says `facts`. */
  auth(
    device: Device,
    program: Program,
    token: (facts?: Partial<TokenFacts>) => string,
  ): string | Promise<string>
  /** A program has begun, and nothing has been called yet. */
  started(device: Device): void
  /** This was reported. Has the app thrown it, and not been told of it before? */
  hasThrown(error: unknown, source: string): boolean
  /** A room has been opened, once more or for the first time. */
  opened(device: Device, roomId: string): void
}
