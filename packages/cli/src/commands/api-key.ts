import { createApiKey, type ListedApiKey, listApiKeys, revokeApiKey } from '@roomful/server'
import { CliError, EXIT } from '../failure'
import { type Io, write } from '../io'
import { settingOf } from '../setting'
import { showTable, tellTerminal } from '../show-table'

type Options = { readonly apiKeyFile?: string; readonly json?: boolean }

/** Prints the key alone on its line, so that it can be assigned to a variable. */
export async function createKey(
  io: Io,
  { scopes, ...options }: Options & { scopes: string[] },
): Promise<number> {
  const file = fileOf(io, options)
  const made = await withAdvice(file, () => createApiKey(file, scopes))
  await write(io.stdout, options.json ? `${JSON.stringify(made)}\n` : `${made.key}\n`)
  const may = scopes.includes('*')
    ? 'It may do everything; --scopes limits it.'
    : `It may: ${scopes.join(', ')}.`
  await tellTerminal(io, `Keep it: it is shown only now. ${may}`)
  return EXIT.ok
}

export async function listKeys(io: Io, options: Options): Promise<number> {
  const file = fileOf(io, options)
  const keys = await withAdvice(file, () => listApiKeys(file))
  if (options.json) await write(io.stdout, keys.map((key) => `${JSON.stringify(key)}\n`).join(''))
  else await showTable(io, ['ID', 'CREATED', 'SCOPES'], keys.map(rowOf), `${file} has no keys.`)
  return EXIT.ok
}

export async function revokeKey(io: Io, id: string, options: Options): Promise<number> {
  const file = fileOf(io, options)
  if (!(await withAdvice(file, () => revokeApiKey(file, id))))
    throw new CliError(
      'NOT_FOUND',
      `${file} has no key ${JSON.stringify(id)}`,
      '`roomful api-key list` shows them',
    )
  await write(
    io.stdout,
    options.json ? `${JSON.stringify({ id })}\n` : `Servers refuse the key ${id} from now on.\n`,
  )
  return EXIT.ok
}

const rowOf = ({ id, createdAt, scopes }: ListedApiKey): readonly string[] => [
  id,
  createdAt,
  scopes.join(' '),
]

function fileOf(io: Io, { apiKeyFile }: Options): string {
  const file = settingOf(io, 'apiKeyFile', { apiKeyFile })
  if (file !== undefined) return file
  const advice = 'give --api-key-file, as the server has it'
  throw new CliError('USAGE', 'the file of the keys is not known', advice, EXIT.usage)
}

async function withAdvice<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (error instanceof RangeError)
      throw new CliError('USAGE', message, undefined, EXIT.usage, { cause: error })
    throw new CliError('FILE', `${file}: ${message}`, undefined, EXIT.failed, { cause: error })
  }
}
