import { PassThrough, Readable } from 'node:stream'
import { run } from './program'

type CliResult = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** Runs one command line in this process, for tests. */
export async function runCli(
  argv: readonly string[],
  {
    stdin = '',
    env = {},
    signal = new AbortController().signal,
  }: {
    stdin?: string | Uint8Array | Readable
    env?: Record<string, string>
    signal?: AbortSignal
  } = {},
): Promise<CliResult> {
  const output = { stdout: '', stderr: '' }
  const sink = (name: 'stdout' | 'stderr'): PassThrough => {
    const stream = new PassThrough()
    stream.setEncoding('utf8').on('data', (text: string) => (output[name] += text))
    return stream
  }
  const code = await run(argv, {
    stdin: stdin instanceof Readable ? stdin : Readable.from([Buffer.from(stdin)]),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    env,
    signal,
  })
  return { code, ...output }
}
