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

/** docs/reference/errors.md, from the table in the protocol package. */
export function errorsPage(): string {
  const advice = Object.entries(ADVICE).map(([retry, text]) => `- **${retry}**: ${text}`)
  return `# Errors

<!-- Made by \`npm run docs\` from packages/protocol/src/errors.ts. -->

A refusal is \`{ ok: false, error, code, retry, retryAfterMs?, field?, limit?, reason?, requestId }\`. \`error\` is a text for
developers and may change; programs look at \`code\` and \`retry\`. \`field\` is the path of what was refused
(\`metadata.order.n\`), \`limit\` the limit that was reached, \`requestId\` how the server's log names the request. In the
SDK it is a \`ChatError\` with the same fields, also on a failed message after a reload; what the SDK refuses by itself has
no \`requestId\`. A code that your client does not know yet still has its \`retry\`.

\`REFUSED\` is the app's own refusal, by its \`beforeSend\`. Its \`reason\`, if the app gave one, is for the
user: one line of at most 500 characters. It is text and never HTML; \`error\` is the same, for clients that do not know \`reason\`.

${advice.join('\n')}

What is missing and what is not yours to know are answered alike, byte for byte.

## Tokens

\`TOKEN_INVALID\`, \`TOKEN_EXPIRED\` and \`UNAUTHENTICATED\` speak of the token, not of the request. The SDK asks \`auth()\` for
another one, at once, and then:

- A fresh token that is \`TOKEN_INVALID\` after one that was \`TOKEN_INVALID\` ends it: the connection is \`stopped\` with that
  code, for the next would get the same answer.
- The very same string again is not fresh. It is tried again with back-off, for it may become valid (its \`nbf\` lies ahead of
  the server's clock); the tenth refusal in a row, after two minutes at most, ends it.
- Fresh tokens that are \`TOKEN_EXPIRED\` or \`UNAUTHENTICATED\` are asked for again with back-off, and end nothing.
- A fixed token that is refused, or empty, ends it at once, with the code of the server or \`UNAUTHENTICATED\`.

An \`auth()\` that throws, answers no string, or takes longer than 15 s is asked again with back-off; meanwhile the
connection is \`waiting\` with \`UNAUTHENTICATED\`, and \`error.cause\` says why. \`UNAVAILABLE\` says nothing about the token.

## From the server

${table(WIRE_ERRORS)}

## From the SDK itself

${table(LOCAL_ERRORS)}
`
}
