// npm run conformance -- --url https://… [--token-a … --token-b … --token-c …] [--protocol 1] [--only text]
// Plays the wire's scripts against a server; without --url against one in memory that it starts itself.
import { parseArgs } from 'node:util'
import { createTestServer } from '@roomful/testing/node'
import { allCases } from './cases/all'
import { runSuite } from './run-suite'

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    'token-a': { type: 'string' },
    'token-b': { type: 'string' },
    'token-c': { type: 'string' },
    protocol: { type: 'string' },
    only: { type: 'string' },
  },
})

const own = values.url === undefined ? await createTestServer({ invitations: 'open' }) : undefined
try {
  const tokens = Object.fromEntries(
    (['a', 'b', 'c'] as const).flatMap((who) => {
      const token = values[`token-${who}`]
      return token === undefined ? [] : [[who, token]]
    }),
  )
  const results = await runSuite(allCases, {
    url: values.url ?? own?.url ?? '',
    tokens,
    ...(values.protocol === undefined ? {} : { protocols: [values.protocol === '1' ? 1 : 2] }),
    ...(values.only === undefined ? {} : { only: values.only }),
  })
  for (const { name, protocol, failure } of results) {
    process.stdout.write(
      `${failure === undefined ? '✓' : '✗'} [${protocol}] ${name}${failure ? `\n    ${failure}` : ''}\n`,
    )
  }
  const failed = results.filter(({ failure }) => failure !== undefined).length
  process.stdout.write(`\n${results.length - failed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 && results.length > 0 ? 0 : 1
} finally {
  await own?.close()
}
