import pc from 'picocolors'
import type { Io } from './io'

export type Colours = ReturnType<typeof pc.createColors>

/** Colours only for a person who wants them: not in a file or pipe, not with `--no-color`, NO_COLOR or TERM=dumb. */
export const isColoured = (io: Io): boolean =>
  io.stdout.isTTY === true && !io.env.NO_COLOR && io.env.TERM !== 'dumb'

/** For what goes to standard output. */
export const coloursOf = (io: Io): Colours => pc.createColors(isColoured(io))
