import { resolve } from 'node:path'
import { runInThisContext } from 'node:vm'
import type { Snippet } from './find-snippets'

/** For an example whose lines are `expression // value`: the expressions, and their claimed values. */
export async function claimedValues({ file, code }: Snippet): Promise<{ real: unknown; claimed: unknown }> {
  const names: Readonly<Record<string, unknown>> = await import(/* @vite-ignore */ resolve(file))
  const evaluate = (text: string): unknown =>
    runInThisContext(`({ ${Object.keys(names).join(', ')} }) => [${text}]`)(names)
  const lines = code.trim().split('\n')
  return {
    real: evaluate(lines.map((line) => line.replace(/ \/\/ .*/, '')).join(', ')),
    claimed: evaluate(lines.map((line) => line.replace(/.* \/\/ /, '')).join(', ')),
  }
}
