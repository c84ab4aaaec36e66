import type { Command } from 'commander'

/** What can be typed: a command, its flags, and the commands below it. */
export type CommandTree = {
  readonly name: string
  readonly description: string
  readonly flags: readonly {
    readonly names: readonly string[]
    readonly description: string
    readonly takesValue: boolean
  }[]
  readonly below: readonly CommandTree[]
}

export function treeOf(command: Command): CommandTree {
  return {
    name: command.name(),
    description: command.description(),
    flags: command
      .createHelp()
      .visibleOptions(command)
      .map(({ short, long, description, required, optional }) => ({
        names: [short, long].filter((name) => name !== undefined),
        description,
        takesValue: required || optional,
      })),
    below: command.commands.filter((one) => one.name() !== 'help').map(treeOf),
  }
}
