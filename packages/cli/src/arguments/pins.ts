import type { pins } from '../commands/pins'
import { checked } from '../option-parsing'
import { type RoomId, toRoomId } from '../room-id'
import { type Add, examples, roomOptions } from './parts'

export const addPins: Add = (program, io, done) => {
  const command = roomOptions(program.command('pins'), io)
    .description("list a room's pinned messages, or pin one")
    .argument('<room>', "the room's id", checked(toRoomId))
    .option('--pin <message>', 'pin the message with this id')
    .option('--unpin <message>', 'take its pin away')
    .action(async (room: RoomId, typed: Omit<Parameters<typeof pins>[1], 'room'>) => {
      const { pins } = await import('../commands/pins')
      done(await pins(io, { ...typed, room }))
    })
  examples(command, 'roomful pins general', 'roomful pins general --pin 0192f3c2-6d1e-7b6a-9f0e-3d0d2c1b4a55')
}
