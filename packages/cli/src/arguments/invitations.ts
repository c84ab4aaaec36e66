import { Option } from 'commander'
import type { invitations } from '../commands/invitations'
import { checked } from '../option-parsing'
import { toRoomId } from '../room-id'
import { type Add, connectOptions, examples } from './parts'

export const addInvitations: Add = (program, io, done) => {
  const command = connectOptions(program.command('invitations'), io)
    .description('list the rooms that others want you in, or answer one; or your own invitations')
    .option('--accept <room>', 'join this one', checked(toRoomId))
    .addOption(
      new Option('--decline <room>', 'not this one; whoever asks does not learn of it')
        .argParser(checked(toRoomId))
        .conflicts('accept'),
    )
    .addOption(
      new Option('--sent', 'list those that you sent; whether one was declined is not shown').conflicts([
        ...['accept', 'decline'],
      ]),
    )
    .addOption(
      new Option(
        '--withdraw <room>',
        'take back the one to this room, of --user; then list those that you sent',
      )
        .argParser(checked(toRoomId))
        .conflicts(['accept', 'decline']),
    )
    .option('--user <id>', 'whose invitation to take back')
    .action(async (typed: Parameters<typeof invitations>[1]) => {
      const { invitations } = await import('../commands/invitations')
      done(await invitations(io, typed))
    })
  examples(
    command,
    'roomful invitations',
    'roomful invitations --accept den',
    'roomful invitations --decline den',
    'roomful invitations --sent',
    'roomful invitations --withdraw den --user bob',
  )
}
