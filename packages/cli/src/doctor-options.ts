import { type Command, Option } from 'commander'
import type { Io } from './io'
import { checked, parseUrl } from './option-parsing'

/** `roomful doctor`. */
export function addDoctor(program: Command, io: Io, done: (exitCode: number) => void): void {
  program
    .command('doctor')
    .description('look at a server from outside, and say what to do about each finding')
    .addOption(
      new Option('--url <url>', "the server's address")
        .default(io.env.ROOMFUL_URL ?? 'http://localhost:3000')
        .argParser(checked(parseUrl)),
    )
    .option('--token <token>', 'sign in with it (ROOMFUL_TOKEN)')
    .option('--origin <origin>', 'the page that wants to connect, such as https://app.example.com')
    .option('--database <url>', 'a SQLite file of this machine: is there room on its disk?')
    .option('--json', 'one object a finding')
    .action(async (typed) => {
      const { doctor } = await import('./commands/doctor')
      done(await doctor(io, { ...typed, json: typed.json ?? false }))
    })
}
