// npm run test:engines: the browser suites on Chromium, Firefox and WebKit, one after the other. `-- --engine firefox`
// for one of them; other arguments go to vitest: `-- --engine webkit test/browser/reloads.test.ts`.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { ROOT } from './build.mjs'
import { ensureTools } from './test-tools.mjs'

/** The vitest project of each. @type {Record<string, string>} */
const PROJECTS = { chromium: 'browser', firefox: 'firefox', webkit: 'webkit' }

const { values, positionals } = parseArgs({
  options: { engine: { type: 'string', multiple: true } },
  allowPositionals: true,
})
const engines = values.engine ?? Object.keys(PROJECTS)
const unknown = engines.filter((engine) => !(engine in PROJECTS))
if (unknown.length > 0)
  throw new Error(
    `There is no engine ${unknown.join(', ')}: it is one of ${Object.keys(PROJECTS).join(', ')}`,
  )

ensureTools()
const failed = engines.filter((engine) => {
  console.log(`── ${engine}`)
  const args = ['run', '--project', PROJECTS[engine] ?? engine, ...positionals]
  return spawnSync(`${ROOT}/node_modules/.bin/vitest`, args, { cwd: ROOT, stdio: 'inherit' }).status !== 0
})
console.log(failed.length === 0 ? `all green on ${engines.join(', ')}` : `failed on ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
