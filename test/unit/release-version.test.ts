import { expect, test } from 'vitest'
import { nextVersion, readChangeset, withOwnVersion, withVersion } from '../../scripts/release-version.mjs'

test.each([
  ['0.1.0', ['patch', 'minor'], '0.1.1'],
  ['0.1.1', ['patch', 'major'], '0.2.0'],
  ['1.2.3', ['minor', 'patch'], '1.3.0'],
  ['1.2.3', ['major'], '2.0.0'],
  ['1.2.3', [], '1.2.4'],
] as const)('after %s with %j comes %s', (version, bumps, next) => {
  expect(nextVersion(version, bumps)).toBe(next)
})

test('texts of changesets go under the number, before what was written under "Unreleased"', () => {
  const { bumps, text } = readChangeset("---\n'roomful': minor\n---\n\nOne thing,\nin two lines.\n")
  expect(bumps).toEqual(['minor'])
  expect(withVersion('# Changelog\n\n## Unreleased\n\n### Added\n', '0.1.1', '2026-12-01', [text])).toBe(
    '# Changelog\n\n## Unreleased\n\n## 0.1.1 - 2026-12-01\n\n- One thing,\n  in two lines.\n\n### Added\n',
  )
})

test('a manifest gets the version, and so do its needs of our packages, and of no others', () => {
  const dependencies = { '@roomful/client': '^0.1.0', roomful: '0.1.0', vite: '^8.0.0' }
  expect(withOwnVersion({ name: 'x', version: '0.1.0', dependencies }, '0.1.1')).toEqual({
    ...{ name: 'x', version: '0.1.1' },
    dependencies: { '@roomful/client': '^0.1.1', roomful: '0.1.1', vite: '^8.0.0' },
  })
})

test('a changeset that says nothing is refused', () => {
  expect(() => readChangeset("---\n'roomful': minor\n---\n")).toThrow('says what is new')
})
