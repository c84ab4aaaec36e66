import { existsSync, readFileSync } from 'node:fs'

/** One way into a package. `specifier`: what an app imports; `page`: its file in docs/reference/api. */
export type EntryPoint = {
  readonly specifier: string
  readonly source: string
  readonly page: string
  readonly about: string
}

type Manifest = {
  readonly name: string
  readonly description: string
  readonly exports: Readonly<Record<string, unknown>>
}

/** In the order in which a reader needs them; commands, which nothing imports, are not here. */
const PACKAGES = ['client', 'react', 'server', 'bot', 'admin', 'testing', 'protocol']

/** What is behind a path of a package; the package itself says it in its manifest. */
const ABOUT: Readonly<Record<string, string>> = {
  '@roomful/client/faults': 'A bad network and a bad disk on purpose',
  '@roomful/client/node': 'What only Node has: a store in a folder, proxies, exit codes',
  '@roomful/client/react-native': 'The environment of a React Native app',
  '@roomful/react/devtools': 'A panel that shows what the client does',
  '@roomful/react/files': 'Hooks for attachments and for the addresses of files',
  '@roomful/react/scroll': 'A list of messages that keeps its place, loads older pages and marks as read',
  '@roomful/react/virtual': 'Long lists, of which only the rows in view are mounted',
  '@roomful/server/contract': 'The tests that a store of your own has to pass; needs vitest',
  '@roomful/server/engine': 'One server process without sockets, files, databases and Node',
  '@roomful/testing/bots': 'For tests of bots: what is said to a bot, and what it replies',
  '@roomful/testing/browser':
    'For stories and component tests: a chat without a server, or with one inside the page',
  '@roomful/testing/history':
    'Records what the client of a page does, for a check with the records of all clients',
  '@roomful/testing/msw': 'A chat server behind the sockets that msw intercepts, in Node and in a page',
  '@roomful/testing/node': 'Servers, databases and proxies for tests in Node',
  '@roomful/protocol/plain': 'What needs no schema: an import of this alone loads no decoders',
}

/** Every entry point of every package that is imported. Throws if nothing says what is behind one. */
export const entryPoints = (): EntryPoint[] =>
  PACKAGES.flatMap((dir) => {
    const { name, description, exports }: Manifest = JSON.parse(
      readFileSync(`packages/${dir}/package.json`, 'utf8'),
    )
    return Object.keys(exports).flatMap((path): EntryPoint[] => {
      const file = path === '.' ? 'index' : path.slice(2)
      const source = `packages/${dir}/src/${file}.ts`
      if (!existsSync(source)) return []
      const page = path === '.' ? dir : `${dir}-${file}`
      const specifier = path === '.' ? name : `${name}/${file}`
      const about = path === '.' ? description : ABOUT[specifier]
      if (about === undefined) throw new Error(`Write in ABOUT what ${specifier} is`)
      return [{ specifier, source, page, about }]
    })
  })
