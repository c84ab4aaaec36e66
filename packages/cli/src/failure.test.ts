import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { CliError, report } from './failure'

function reported(error: CliError, json: boolean): string {
  let text = ''
  const stderr = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  report(
    { stdin: process.stdin, stdout: stderr, stderr, env: {}, signal: AbortSignal.timeout(1) },
    error,
    json,
  )
  return text
}

test('an error prints no control characters to a terminal, from any source', () => {
  const error = new CliError('BAD\u009bCODE', 'one\ntwo \u001b[2J\u202Ethree')
  expect(reported(error, false)).toBe('roomful: BAD\ufffdCODE: one two \ufffd[2J\ufffdthree\n')
  const json = reported(error, true)
  expect(json).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u)
  expect(JSON.parse(json).error.message).toBe(error.message)
})
