import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { waitUntil } from '@roomful/testing'
import { createTestServer } from '@roomful/testing/node'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PackedProject, packedProject } from '../packed/packed-project'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'

let browser: TestBrowser
let project: PackedProject | undefined
let site: string
beforeAll(async () => {
  browser = await launchBrowser()
  project = await packedProject(['protocol', 'client'])
  site = join(project.folder, 'site')
  mkdirSync(site)
  writeFileSync(join(site, 'index.html'), '<!doctype html><script type="module" src="/page.js"></script>')
  await build({
    absWorkingDir: project.folder,
    entryPoints: ['project/page.mjs', 'project/worker.mjs'],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    outdir: site,
    logLevel: 'silent',
  })
})
afterAll(async () => {
  await browser.close()
  project?.[Symbol.dispose]()
})

type Place = 'converse' | 'inWorker'
type Options = { url: string; token: string }

test.each([
  ['a page', 'converse'],
  ['a worker', 'inWorker'],
] as const)('the packed client runs in %s', async (where, place: Place) => {
  await using server = await createTestServer({ static: site })
  const context = await browser.newContext()
  const url = await context.reach(server.url)
  const options: Options = { url, token: await server.token('ada') }
  const page = await context.newPage()
  await page.goto(url)
  await waitUntil('the code of the page', () => page.evaluate(() => 'converse' in window))
  const result = await page.evaluate(
    ([name, given]) =>
      (window as unknown as Record<Place, (options: Options) => Promise<unknown>>)[name](given),
    [place, options] as const,
  )
  expect(result).toEqual({
    where,
    status: 'live',
    seq: 1,
    shown: true,
    refusedWith: 'INVALID_CONTENT',
    streamed: 1,
    storage: 'ok',
  })
  expect(await page.errors()).toEqual([])
  await context.close()
})
