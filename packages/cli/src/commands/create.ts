import { relative } from 'node:path'
import { askAndCreate, CreateError } from 'create-roomful'
import { CliError, EXIT } from '../failure'
import { type Io, unlessInterrupted, write } from '../io'

type CreateOptions = { readonly folder?: string; readonly template?: string; readonly json?: boolean }

/** As `npm create roomful` does, from the same templates. */
export async function create(io: Io, { folder, template, json }: CreateOptions): Promise<number> {
  const asked = { folder, template, stdin: io.stdin, stdout: io.stdout }
  // A signal from elsewhere destroys the input, and a question without an answer never ends.
  const made = await unlessInterrupted(
    io,
    withAdvice(() => askAndCreate(asked)),
  )
  if (!made) return EXIT.interrupted
  const here = relative(process.cwd(), made.folder) || '.'
  const lines = [`cd ${here}`, ...made.next].map((line) => `  ${line}\n`).join('')
  const text = `${made.name} is in ${here}. Next, each npm run in a terminal of its own:\n\n${lines}`
  await write(io.stdout, json ? `${JSON.stringify(made)}\n` : text)
  return EXIT.ok
}

async function withAdvice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof CreateError)
      throw new CliError('FOLDER_IN_USE', cause.message, undefined, EXIT.failed, { cause })
    if (cause instanceof TypeError)
      throw new CliError('USAGE', cause.message, undefined, EXIT.usage, { cause })
    throw cause
  }
}
