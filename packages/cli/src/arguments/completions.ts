import { Argument } from 'commander'
import { SHELLS, type Shell } from '../completions/shells'
import { type Add, examples } from './parts'

export const addCompletions: Add = (program, io, done) => {
  const command = program
    .command('completions')
    .description('print what a shell needs to complete commands and flags')
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .action(async (shell: Shell) => {
      const { completions } = await import('../commands/completions')
      done(await completions(io, program, shell))
    })
  examples(
    command,
    'roomful completions bash > ~/.local/share/bash-completion/completions/roomful',
    'roomful completions zsh > ~/.zfunc/_roomful      # a folder of $fpath',
    'roomful completions fish > ~/.config/fish/completions/roomful.fish',
  )
}
