/** The text of each message. */
export const TEXT = 'As long as what people write to each other in a room most of the time.'
export const ROOM = 'bench'

/**
 * One device in the room, over a bare connection: a client library spends as much on a delivery as a server does, and
 * both would share the processors of this machine. It counts deliveries, and parses only what answers its sends.
 */
export interface BenchMember {
  /** Messages of the room that arrived, its own included. */
  deliveries: number
  /** Resolves when the server has accepted the message; rejects if it refuses it. */
  send(): Promise<void>
  leave(): void
}

/** Opens a connection, signs in, and enters the room. `name` is unique. */
export type EnterRoom = (url: string, name: string) => Promise<BenchMember>
