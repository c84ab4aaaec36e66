import { type Add, examples } from './parts'

/** `roomful replay`. */
export const addReplay: Add = (program, io, done) => {
  const command = program
    .command('replay')
    .description('show a trace of `chat.inspect()`: how it stood, and what happened, one line an event')
    .argument('<file>', 'the file of the trace; "-": standard input')
    .option('--room <id>', 'only what is of this room')
    .option('--only <text>', 'only events whose kind or name has this in it: gap, answer, send-message')
    .option('--json', 'the events as JSON lines, with their payloads')
    .action(async (file: string, typed) => {
      const { replay } = await import('../commands/replay')
      done(await replay(io, { ...typed, file, json: typed.json ?? false }))
    })
  examples(command, 'roomful replay trace.json', 'roomful replay trace.json --only gap --room general')
}
