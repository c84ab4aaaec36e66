import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Entry {
  version: string
  resolved?: string
  link?: boolean
  hasInstallScript?: boolean
  optionalDependencies?: Record<string, string>
}
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, Entry>
}
const entries = Object.entries(packages)
const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** Below these versions, a server can be brought down from outside. */
test.each([
  ['engine.io', '6.6.10'],
  ['socket.io-parser', '4.2.7'],
  ['ws', '8.21.0'],
])('%s is at least %s, wherever it is installed', (name, floor) => {
  const versions = entries.filter(([path]) => nameOf(path) === name).map(([, entry]) => entry.version)
  expect(versions).not.toEqual([])
  expect(versions.filter((version) => version.localeCompare(floor, 'en', { numeric: true }) < 0)).toEqual([])
})

test('the lockfile names no registry host', () => {
  expect(entries.filter(([, { resolved, link }]) => resolved && !link)).toEqual([])
})

/** esbuild and fsevents come with their binaries; msw copies its worker for an app that asked for it in its manifest. */
const WORKS_WITHOUT = new Set(['esbuild', 'fsevents', 'msw'])
test('nothing needs its install script', () => {
  const scripted = entries.filter(([, entry]) => entry.hasInstallScript).map(([path]) => nameOf(path))
  expect(scripted.filter((name) => !WORKS_WITHOUT.has(name))).toEqual([])
})

test('binaries of every platform are locked, not only of the one that wrote the lockfile', () => {
  const locked = new Set(entries.map(([path]) => nameOf(path)))
  const optional = entries.flatMap(([, entry]) => Object.keys(entry.optionalDependencies ?? {}))
  expect(optional.filter((name) => !locked.has(name))).toEqual([])
})
