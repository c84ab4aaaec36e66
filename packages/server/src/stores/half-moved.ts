/** In `meta` of a database into which a move is under way: the epoch of the other one. */
export const MOVING_FROM = 'moving_from'

/** A server on half a history would give it back to clients that know the whole. */
export const halfMoved = (): Error =>
  new Error('a move into this database has not ended: run the same `roomful move` again, which goes on')
