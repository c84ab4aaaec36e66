// npm run docs:build: the documentation site, in .cache/site. `--dev` serves it while it is written.
import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { writeApiPages } from './docs/api'
import { hashOf, locked, readStamps, writeStamps } from './stale.mjs'

/** Where the built site is. */
export const SITE = '.cache/site'
const VITEPRESS = 'node_modules/vitepress/bin/vitepress.js'

const SOURCES = ['packages', 'scripts/docs']
/** Pages count here, but for those that are made from the sources. */
const NOT_OF_SITE = /(^|\/)(dist|node_modules)$|^docs\/reference\/api$|\.test\.tsx?$/

/** Builds what is stale: the pages of the API if a source has changed, the site if a page has. */
export async function buildSite(): Promise<void> {
  await locked(async () => {
    await step('api pages', hashOf(SOURCES), 'docs/reference/api/index.md', writeApiPages)
    const hash = hashOf([...SOURCES, 'docs'], NOT_OF_SITE)
    await step('site', hash, `${SITE}/index.html`, async () => {
      await promisify(execFile)(process.execPath, [VITEPRESS, 'build', 'docs'], { maxBuffer: 2 ** 26 })
    })
  })
}

async function step(name: string, hash: string, output: string, work: () => Promise<void>): Promise<void> {
  const stamps = readStamps()
  if (stamps[name] === hash && existsSync(output)) return
  await work()
  writeStamps({ ...readStamps(), [name]: hash })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--dev')) {
    await locked(() => step('api pages', hashOf(SOURCES), 'docs/reference/api/index.md', writeApiPages))
    spawn(process.execPath, [VITEPRESS, 'dev', 'docs'], { stdio: 'inherit' })
  } else
    await buildSite().catch((error: unknown) => {
      console.error(error instanceof Error && 'stderr' in error ? error.stderr || error.message : error)
      process.exitCode = 1
    })
}
