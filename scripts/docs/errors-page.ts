import { LOCAL_ERRORS, type Retry, WIRE_ERRORS } from '@roomful/protocol'

const ADVICE: Record<Retry, string> = {
  never: 'The same request will be refused again.',
  auth: 'Get a fresh token, then send it again.',
  after: 'Send it again after `retryAfterMs`, or after a back-off of your own.',
  now: 'Send it again at once.',
}

function table(errors: Record<string, { retry: Retry; text: string }>): string {
  const rows = Object.entries(errors).map(
    ([code, { retry, text }]) => `| \`${code}\` | ${retry} | ${text}. |`,
  )
  return ['| code | retry | meaning |', '|---|---|---|', ...rows].join('\n')
}

/** docs/errors.md, from the table in the protocol package. */
export function errorsPage(): string {
  const advice = Object.entries(ADVICE).map(([retry, text]) => `- **${retry}**: ${text}`)
  return `# Errors

<!-- Made by \`npm run docs\` from packages/protocol/src/errors.ts. -->

A refusal is \`{ ok: false, error, code, retry, retryAfterMs?, field?, limit?, requestId }\`. \`error\` is a text for
developers and may change; programs look at \`code\` and \`retry\`. In the SDK it is a \`ChatError\` with the same fields.
A code that your client does not know yet still has its \`retry\`.

${advice.join('\n')}

What is missing and what is not yours to know are answered alike, byte for byte.

## From the server

${table(WIRE_ERRORS)}

## From the SDK itself

${table(LOCAL_ERRORS)}
`
}
