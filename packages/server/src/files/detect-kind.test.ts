import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { detectKind } from './detect-kind'
import { FILE_KIND_NAMES, kindOf, shownAs } from './file-kinds'
import { FILE_SAMPLES, PNG } from './file-samples'
import { Staging } from './staging'

let folder = ''
let staging: Staging
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-kinds-'))
  staging = await Staging.open(folder, 0)
})
afterAll(() => rmSync(folder, { recursive: true }))

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content
}
async function detect(content: Uint8Array) {
  const staged = await staging.receive(once(content), 10_000_000)
  return staged && detectKind(staged)
}

describe('the kind of a file is found in its content:', () => {
  test.each(FILE_KIND_NAMES)('%s', async (name) => {
    expect(await detect(FILE_SAMPLES[name])).toBe(kindOf(name))
  })

  test.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['XML', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['HTML', '<!doctype html><script>alert(1)</script>'],
    ['a script', '#!/bin/sh\nrm -rf /\n'],
    ['JSON', '{"a":1}'],
    ['an event', 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n'],
  ])('%s is text, whatever its words', async (_, content) => {
    expect(await detect(Buffer.from(content))).toBe('text/plain')
  })

  test.each([
    ['a program', Buffer.from('\x7fELF\x02\x01\x01\0', 'latin1')],
    ['a TIFF', Buffer.from('II*\0\x08\0\0\0\0\0\0\0', 'latin1')],
    ['random bytes', Buffer.from([0x9a, 0x00, 0xff, 0x12, 0x01])],
    ['half of a character', Buffer.from('é').subarray(0, 1)],
    ['half of a picture', PNG.subarray(0, 6)],
    ['text with a NUL', Buffer.from('a\0b')],
    ['text with an escape', Buffer.from('\x1b[2Jgone')],
  ])('%s is none that may be uploaded', async (_, content) => {
    expect(await detect(content)).toBeUndefined()
  })
})

test('only pictures, films and sounds open in a page', () => {
  const id = `${'0'.repeat(64)}-0123456789abcdef`
  const inline = FILE_KIND_NAMES.filter((name) => shownAs(kindOf(name), id).disposition === 'inline')
  expect(inline).toEqual(['png', 'jpeg', 'gif', 'webp', 'avif', 'heic', 'mp4', 'webm', 'mp3', 'ogg', 'm4a'])
  expect(shownAs('application/pdf', id)).toEqual({
    contentType: 'application/pdf',
    disposition: 'attachment; filename="0123456789abcdef.pdf"',
  })
  expect(shownAs('text/plain', id).contentType).toBe('text/plain; charset=utf-8')
})
