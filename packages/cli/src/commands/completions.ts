import type { Command } from 'commander'
import { treeOf } from '../completions/command-tree'
import { completionScript } from '../completions/scripts'
import type { Shell } from '../completions/shells'
import { EXIT } from '../failure'
import { type Io, write } from '../io'

/** `program`: with all of its commands, and their flags. */
export async function completions(io: Io, program: Command, shell: Shell): Promise<number> {
  await write(io.stdout, completionScript(treeOf(program), shell))
  return EXIT.ok
}
