import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runCli } from '../../packages/cli/src/captured-run'
import { commands } from '../snippets/find-commands'
import { textOf } from '../snippets/find-snippets'

type Manifest = {
  readonly name: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
}
const manifest = (folder: string): Manifest => JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
const workspaces = ['packages', 'examples'].flatMap((dir) =>
  readdirSync(dir)
    .filter((name) => existsSync(`${dir}/${name}/package.json`))
    .map((name) => manifest(`${dir}/${name}`)),
)
const root = manifest('.')

/** npm's own commands. */
const NPM = new Set(['ci', 'init', 'publish'])
/** Other programs, which a reader has. */
const OTHERS = new Set([
  ...['cd', 'docker', 'export', 'git', 'gunzip', 'gzip', 'jq', 'less', 'mkdir', 'node', 'openssl'],
])

const typed = commands()

test('pages show as many commands as a reader sees', () => {
  expect(typed.length).toBeGreaterThanOrEqual(40)
})

test('every command of a page exists, with each of its flags', async () => {
  const wrong = await Promise.all(
    typed.map(async ({ place, words }) => {
      const why = await whatIsWrong(words)
      return why === undefined ? [] : [`${place} ${words.join(' ')}: ${why}`]
    }),
  )
  expect(wrong.flat()).toEqual([])
})

// A row is about the commands in its first cell; a flag that it names is one of theirs.
test('the README of the command line has every command, and the flags that it names', async () => {
  const rows = textOf('packages/cli/README.md').matchAll(/^\| (`[a-z].*?) \| (.*) \|$/gm)
  const named: string[] = []
  const wrong: string[] = []
  for (const { 0: row, 1: cell = '' } of rows) {
    const names = [...cell.matchAll(/`([a-z-]+)/g)].map(({ 1: name = '' }) => name)
    named.push(...names, ...(row.match(/(?<=`)new-epoch(?=`)/g) ?? []))
    const helps = await Promise.all(names.map((name) => helpOf(name)))
    for (const [flag] of row.matchAll(/--[a-z-]+/g))
      if (!helps.some((help) => help.has(flag))) wrong.push(`${names.join(', ')} ${flag}`)
  }
  expect(wrong).toEqual([])
  expect(named.sort()).toEqual([...(await allCommands())].sort())
})

async function whatIsWrong([program = '', ...words]: readonly string[]): Promise<string | undefined> {
  if (OTHERS.has(program)) return undefined
  if (program === 'npm') return wrongOfNpm(words)
  // With the packages that it is to fetch.
  if (program === 'npx' && words[0] === '-p') return whatIsWrong(['npx', ...words.slice(2)])
  if (program === 'npx' && words[0] !== 'roomful') return isInstalled(words[0] ?? '')
  if (program === 'npx') return wrongOfRoomful(words.slice(1))
  if (program === 'roomful' || program === 'node_modules/.bin/roomful') return wrongOfRoomful(words)
  return 'no such program'
}

const isInstalled = (bin: string): string | undefined =>
  existsSync(`node_modules/.bin/${bin}`) ? undefined : 'is not installed'

async function wrongOfRoomful(words: readonly string[]): Promise<string | undefined> {
  if (!workspaces.some(({ bin }) => bin?.roomful)) return 'no package has this command'
  const [command = '', ...rest] = words
  if (!(await allCommands()).has(command)) return 'no such command'
  const help = await helpOf(command)
  const flags = rest.filter((word) => /^--?[a-z0-9]/.test(word)).map((word) => word.replace(/=.*/, ''))
  const missing = flags.filter((flag) => !help.has(flag))
  return missing.length === 0 ? undefined : `no ${missing.join(', ')}`
}

async function wrongOfNpm([command = '', ...words]: readonly string[]): Promise<string | undefined> {
  if (command === 'create') return words[0] === 'roomful' ? undefined : `no package create-${words[0]}`
  if (command === 'install') {
    // Of another package a test of docs/start runs what the reader gets, so it is installed here.
    const isKnown = (name: string) =>
      workspaces.some((one) => one.name === name) || existsSync(`node_modules/${name}`)
    const unknown = words.filter((name) => !name.startsWith('--') && !isKnown(name))
    return unknown.length === 0 ? undefined : `no package ${unknown.join(', ')}`
  }
  if (NPM.has(command)) return undefined
  const [name = '', ...rest] = command === 'run' ? words : [command, ...words]
  const workspace = rest[0] === '-w' ? workspaces.find((one) => one.name === rest[1]) : root
  const script = workspace?.scripts?.[name]
  if (script === undefined) return 'no such script'
  const at = rest.indexOf('--')
  const given = at < 0 ? [] : rest.slice(at + 1)
  // The script has flags of its own, and hands all others on.
  const isOfScript = (flag: string) => textOf('scripts/start.mjs').includes(`'${flag}'`)
  if (name === 'start') return wrongOfRoomful(['serve', ...given.filter((flag) => !isOfScript(flag))])
  // A script looks for its flags by their names, or has them in a table of `parseArgs`.
  const sources = [...script.matchAll(/\S+\.(?:mjs|ts)/g)].map(([file]) => textOf(file))
  const reads = (flag: string) =>
    sources.some((text) => text.includes(`'${flag}'`) || text.includes(`    ${flag.slice(2)}: { type:`))
  const unknown = given.filter((word) => word.startsWith('--') && !reads(word))
  return unknown.length === 0 ? undefined : `no ${unknown.join(', ')}`
}

/** The flags in a command's help, and in those of the commands below it. */
async function helpOf(...command: readonly string[]): Promise<ReadonlySet<string>> {
  const { stdout } = await runCli([...command, '--help'])
  const [options = '', listed = ''] = stdout.split('\nCommands:\n')
  const below = [...(listed.split('\n\n')[0] ?? '').matchAll(/^ {2}([a-z-]+) /gm)].flatMap(({ 1: name }) =>
    name === 'help' ? [] : (name ?? []),
  )
  const flags = await Promise.all(below.map((name) => helpOf(...command, name)))
  return new Set([
    ...(options.match(/(?<=^ +(?:-\w, )?)--?[\w-]+/gm) ?? []),
    ...flags.flatMap((more) => [...more]),
  ])
}

async function allCommands(): Promise<ReadonlySet<string>> {
  const { stdout } = await runCli(['--help'])
  const listed = stdout.slice(stdout.indexOf('Commands:'))
  return new Set(
    [...listed.matchAll(/^ {2}([a-z-]+) /gm)]
      .flatMap(({ 1: name = '' }) => name)
      .filter((name) => name !== 'help'),
  )
}
