import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestServer } from '@roomful/testing'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PackedProject, packedProject } from '../packed/packed-project'
import { launchChromium } from './chromium'

let browser: Browser
let project: PackedProject | undefined
let site: string
beforeAll(async () => {
  browser = await launchChromium()
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
  const options: Options = { url: server.url, token: await server.token('ada') }
  const context = await browser.newContext()
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  await page.goto(server.url)
  await page.waitForFunction(() => 'converse' in window)
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
  expect(errors).toEqual([])
  await context.close()
})
