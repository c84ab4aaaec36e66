import { CliError } from './failure'

/** Where one message of the input ends and the next begins. */
export type Framing =
  /** One message per line; blank lines are skipped. A carriage return before the newline belongs to it. */
  | { readonly kind: 'lines' }
  /** Between two delimiters everything is kept, byte for byte: `git log -z` and `find -print0` write NUL. */
  | { readonly kind: 'delimited'; readonly delimiter: string }

/** Far above a message's limit: an input without any delimiter must not fill the memory before it is refused. */
const RECORD_MAX_BYTES = 1024 * 1024

/**
 * Splits a stream of bytes into messages, without holding more than one of them. Text after the last delimiter is a
 * message too; an empty end is not.
 *
 * @example
 * for await (const text of readRecords(process.stdin, { kind: 'lines' })) await room.send(text)
 */
export async function* readRecords(
  chunks: AsyncIterable<Uint8Array | string>,
  framing: Framing,
): AsyncGenerator<string> {
  const delimiter = Buffer.from(framing.kind === 'lines' ? '\n' : framing.delimiter)
  let number = 0
  const toText = (bytes: Buffer): string => decode(bytes, ++number, framing)
  let rest = Buffer.alloc(0)
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, Buffer.from(chunk)])
    let begin = 0
    for (;;) {
      const end = rest.indexOf(delimiter, begin)
      if (end === -1) break
      const text = toText(rest.subarray(begin, end))
      if (isWanted(text, framing)) yield text
      begin = end + delimiter.length
    }
    rest = rest.subarray(begin)
    if (rest.length > RECORD_MAX_BYTES) {
      throw new CliError('CONTENT_TOO_LONG', `message ${number + 1} of the input is longer than 1 MiB`)
    }
  }
  if (rest.length === 0) return
  const text = toText(rest)
  if (isWanted(text, framing)) yield text
}

/** Blank lines separate; a blank record between delimiters was intended, and its refusal is reported. */
function isWanted(text: string, framing: Framing): boolean {
  return framing.kind === 'delimited' || text.trim() !== ''
}

/** Strict: a byte that is not UTF-8 would be changed. A byte order mark is text like any other. */
function decode(bytes: Buffer, number: number, framing: Framing): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return framing.kind === 'lines' && text.endsWith('\r') ? text.slice(0, -1) : text
  } catch (cause) {
    const what = framing.kind === 'lines' ? 'line' : 'record'
    throw new CliError(
      'INVALID_CONTENT',
      `${what} ${number} of the input is not UTF-8`,
      'convert it first',
      1,
      {
        cause,
      },
    )
  }
}

/** `\n`, `\t`, `\0`, `\\` and `\xHH` as typed in a shell. */
export function unescapeDelimiter(typed: string): string {
  const text = typed.replace(/\\(x[0-9a-fA-F]{2}|.)/g, (_, what: string) => {
    if (what.length === 3) return String.fromCharCode(Number.parseInt(what.slice(1), 16))
    return { n: '\n', t: '\t', r: '\r', '0': '\0', '\\': '\\' }[what] ?? what
  })
  if (text === '') throw new CliError('USAGE', 'a delimiter has at least one character', undefined, 2)
  return text
}
