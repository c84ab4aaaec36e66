import { type Colours, coloursOf } from '../colours'
import { diagnose } from '../doctor/diagnose'
import type { Finding } from '../doctor/finding'
import { EXIT } from '../failure'
import { type Io, unlessInterrupted, write } from '../io'
import { visibleJson, visibleLine } from '../visible'

type DoctorOptions = {
  readonly url: string
  readonly token?: string
  readonly origin?: string
  readonly database?: string
  readonly redis?: string
  readonly json: boolean
}

/** Checks a server from outside, and prints for each finding what to do. Ends with 1 if something is wrong. */
export async function doctor(io: Io, options: DoctorOptions): Promise<number> {
  const token = options.token ?? io.env.ROOMFUL_TOKEN
  const target = { ...options, signal: io.signal, ...(token === undefined ? {} : { token }) }
  // What an interrupt cuts short is wrong with nothing.
  const findings = await unlessInterrupted(io, diagnose(target))
  const lines = options.json
    ? findings.map(visibleJson)
    : findings.map((finding) => lineOf(finding, coloursOf(io)))
  await write(io.stdout, `${lines.join('\n')}\n`)
  return findings.some(({ verdict }) => verdict === 'bad') ? EXIT.failed : EXIT.ok
}

function lineOf({ check, verdict, found, fix }: Finding, colours: Colours): string {
  const mark = {
    good: colours.green('ok  '),
    bad: colours.red(colours.bold('BAD ')),
    skipped: colours.dim('-   '),
  }[verdict]
  const text = `${check}: ${visibleLine(found)}`
  return `${mark} ${verdict === 'skipped' ? colours.dim(text) : text}${fix === undefined ? '' : `\n      ${colours.yellow('→')} ${fix}`}`
}
