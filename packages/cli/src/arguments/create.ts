import type { create } from '../commands/create'
import { type Add, examples } from './parts'

export const addCreate: Add = (program, io, done) => {
  const command = program
    .command('create')
    .description('start an app from a template; in a terminal it asks for what is not given')
    .argument('[folder]', 'a new or empty one (default: ./my-chat)')
    .option('-t, --template <name>', 'web, react, bot or server (default: web)')
    .option('--json', 'for programs')
    .action(async (folder: string | undefined, typed: Omit<Parameters<typeof create>[1], 'folder'>) => {
      const { create } = await import('../commands/create')
      done(await create(io, { ...typed, ...(folder === undefined ? {} : { folder }) }))
    })
  examples(command, 'roomful create', 'roomful create my-chat --template react')
}
