import { type Add, examples, urlOption } from './parts'

/** `roomful doctor`. */
export const addDoctor: Add = (program, io, done) => {
  const command = program
    .command('doctor')
    .description('look at a server from outside, and say what to do about each finding')
    .addOption(urlOption(io))
    .option('--token <token>', 'sign in with it (ROOMFUL_TOKEN)')
    .option('--origin <origin>', 'the page that wants to connect, such as https://app.example.com')
    .option(
      '--database <url>',
      'are its tables of this version, and is there room on the disk of a SQLite file?',
    )
    .option('--redis <url>', 'does it answer, and keep what it has?')
    .option('--json', 'one object a finding')
    .action(async (typed) => {
      const { doctor } = await import('../commands/doctor')
      done(await doctor(io, { ...typed, json: typed.json ?? false }))
    })
  examples(
    command,
    'roomful doctor',
    'roomful doctor --origin http://localhost:5173 --database sqlite:./data/roomful.db',
    'roomful doctor --url https://chat.example.com --origin https://app.example.com',
  )
}
