import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { runCli } from '../captured-run'

const scriptOf = async (shell: string): Promise<string> => {
  const { code, stdout } = await runCli(['completions', shell])
  expect(code).toBe(0)
  return stdout
}

/** What bash offers for a line, of which the last word is being typed. */
async function offered(...words: readonly string[]): Promise<string[]> {
  const line = ['roomful', ...words]
  const script = `${await scriptOf('bash')}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _roomful; printf '%s\\n' "\${COMPREPLY[@]}"`
  const stdout = execFileSync('bash', ['--norc', '-c', script, 'bash', ...line], { encoding: 'utf8' })
  return stdout.split('\n').filter(Boolean)
}

test('bash offers commands, the commands below them, and the flags of each', async () => {
  expect(await offered('ta')).toEqual(['tail'])
  expect(await offered('api-key', 're')).toEqual(['revoke'])
  expect(await offered('tail', 'general', '--si')).toEqual(['--since'])
  expect(await offered('send', '--re')).toEqual(['--reply-to'])
  expect(await offered('serve', '--orig')).toEqual(['--origins'])
  // A word that is an argument leads nowhere.
  expect(await offered('send', 'tail', '--si')).toEqual([])
  expect(await offered('moderate', 'mute', 'general', 'bob', '--f')).toEqual(['--for'])
})

test.each(['zsh', 'fish'])(
  'the script of %s names every command, and no quote ends a text early',
  async (shell) => {
    const script = await scriptOf(shell)
    const { stdout } = await runCli(['--help'])
    const commands = [...(stdout.split('Commands:\n')[1] ?? '').matchAll(/^ {2}([a-z-]+) /gm)].map(
      ({ 1: name }) => name,
    )
    for (const name of commands)
      if (name !== 'help') expect(script).toMatch(new RegExp(`['\\s]${name}[:'\\s]`))
    for (const line of script.split('\n')) expect(line.split("'").length % 2, line).toBe(1)
  },
)

test('another shell is a usage error that names those three', async () => {
  const { code, stderr } = await runCli(['completions', 'powershell'])
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/bash, zsh, fish/) })
})
