import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'

const MOST = 1_000
const run = promisify(execFile)

/**
 * The newest commits of a repository as NUL-ended records, exactly as git prints them: author, time, subject, body.
 * Empty if there is no commit yet.
 */
export async function gitLog(folder: string): Promise<Buffer> {
  const git = ['-C', folder]
  const { stdout: refs } = await run('git', [...git, 'for-each-ref', '--count=1'])
  if (refs === '') return Buffer.alloc(0)
  const format = '--format=%an <%ae>%n%aI%n%s%n%n%b'
  const { stdout } = await run('git', [...git, 'log', '-z', `--max-count=${MOST}`, format], {
    encoding: 'buffer',
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout
}

/** A repository with one commit per message, oldest first. The texts go in unchanged: no editor, no clean-up. */
export async function makeRepository(folder: string, messages: readonly string[]): Promise<void> {
  await run('git', ['init', '--quiet', '--initial-branch=main', folder])
  const git = spawn('git', ['-C', folder, 'fast-import', '--quiet'], { stdio: ['pipe', 'ignore', 'inherit'] })
  const ended = once(git, 'close')
  messages.forEach((message, i) => {
    const author = `${i % 3 === 0 ? 'Zoë Ångström' : 'Ada'} <ada@example.com> ${1_700_000_000 + i} +0130`
    git.stdin.write(`commit refs/heads/main\nauthor ${author}\ncommitter ${author}\n`)
    git.stdin.write(`data ${Buffer.byteLength(message)}\n${message}\n`)
  })
  git.stdin.end()
  const [code] = await ended
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`)
}

/**
 * Texts that programs on the way have been seen to change: trimmed, normalised, escaped, cut or taken for an option.
 */
const TRICKY = [
  'subject only',
  'subject\n\nbody of\nseveral lines\n\n\n\nwith gaps',
  'emoji 👩‍👩‍👧‍👦 🏳️‍🌈 and a flag 🇩🇪',
  'combining e\u0301 beside \u00e9',
  'right to left: \u202eabc\u202c שלום עולם',
  '\ufeffbegins with a byte order mark',
  'zero\u200bwidth\u200djoined\u2060words',
  'line\u2028separator, paragraph\u2029separator, next\u0085line',
  '<script>alert("1")</script> &amp; <b>bold</b>',
  "'; drop table messages; -- \\0 \\n %s %00 $x `id` $(id)",
  '--url http://example.com',
  '-0',
  'tabs\tinside\n\n\tand before\t\n',
  '*markdown* _x_ [a](http://b) # no heading',
  'a backslash \\ and a quote " and a null \\u0000',
  '𝕊urrogate pairs 𐍈 and U+10FFFF \u{10ffff}',
]

export function trickyMessages(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const text = TRICKY[i % TRICKY.length] ?? ''
    // One in a hundred is nearly as long as a message may be, in characters of four bytes each.
    const long = i % 100 === 99 ? `\n\n${'𝄞'.repeat(7_800)}` : ''
    return `${text}${i % 2 === 0 ? '' : `\n\nnumber ${i}`}${long}`
  })
}
