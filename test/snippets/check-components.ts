import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { appFiles } from './find-snippets'

/** The framework's own checker, which reads what no other compiler reads: the template too. */
type Checker = { readonly program: string; readonly args: (project: string) => readonly string[] }

const CHECKERS: Readonly<Record<'vue' | 'svelte', Checker>> = {
  vue: {
    program: 'node_modules/vue-tsc/bin/vue-tsc.js',
    args: (project) => ['--project', project, '--pretty', 'false'],
  },
  svelte: {
    program: 'node_modules/svelte-check/bin/svelte-check',
    args: (project) => ['--workspace', resolve(project, '..'), '--tsconfig', project, '--output', 'machine'],
  },
}

const PAGE = 'docs/start/vue-svelte-solid.md'
const GUEST = { page: 'docs/start/first-app.md', path: 'guest-token.js' }

/** The component that the page shows for a framework, with its own name. */
export type Component = { readonly name: string; readonly code: string }

export function componentsOf(framework: 'vue' | 'svelte'): Component[] {
  return appFiles()
    .filter(({ page, path }) => page === PAGE && path.endsWith(`.${framework}`))
    .map(({ path, code }) => ({ name: path.replace(`${framework}/`, ''), code }))
}

/**
 * Type-checks the app of a framework as its page has it, as strictly as the sources, and `more` components beside it.
 * Returns what its checker printed of these files, a line an error.
 */
export async function componentErrors(
  framework: 'vue' | 'svelte',
  more: readonly Component[],
): Promise<string[]> {
  mkdirSync('.cache', { recursive: true })
  // In the repository, where the packages and their types are found.
  const folder = mkdtempSync(resolve('.cache', `components-${framework}-`))
  try {
    const project = join(folder, 'tsconfig.json')
    writeFileSync(project, JSON.stringify(PROJECT))
    for (const { page, path, code } of appFiles())
      if ((page === PAGE && path.startsWith(`${framework}/`)) || (page === GUEST.page && path === GUEST.path))
        writeFileSync(join(folder, path.replace(`${framework}/`, '')), code)
    for (const { name, code } of more) writeFileSync(join(folder, name), code)
    const { program, args } = CHECKERS[framework]
    return errorsIn(await printed([program, ...args(project)]))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const PROJECT = {
  extends: '../../tsconfig.json',
  compilerOptions: {
    ...{ incremental: false, tsBuildInfoFile: null, types: [] },
    // The page's guest-token.js is JavaScript: its types are inferred, its own lines are run by the page's test.
    checkJs: false,
    // To the declarations, as an app has them: the sources take three times as long.
    paths: {},
  },
  include: ['./*.ts', './*.vue', './*.svelte'],
}

function printed(args: readonly string[]): Promise<string> {
  return new Promise((done, failed) => {
    execFile(process.execPath, [...args], { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      // Both end with 1 where they found an error; what they print otherwise is a fault of the checker.
      if (error && error.code !== 1 && error.code !== 2) failed(error)
      else if (stdout === '' && stderr !== '') failed(new Error(stderr))
      else done(stripVTControlCharacters(stdout))
    })
  })
}

const errorsIn = (output: string): string[] =>
  output.split('\n').filter((line) => /: error TS\d+: | (?:ERROR|WARNING) "/.test(line))
