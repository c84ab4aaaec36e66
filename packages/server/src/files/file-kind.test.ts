import { describe, expect, test } from 'vitest'
import { isImage, kindByMagic, TextCheck } from './file-kind'

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

describe('kinds by magic number', () => {
  test.each([
    ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'image/png'],
    ['\xff\xd8\xff\xe0\0\x10JFIF', 'image/jpeg'],
    ['GIF87a....', 'image/gif'],
    ['GIF89a....', 'image/gif'],
    ['RIFF\x24\0\0\0WEBPVP8 ', 'image/webp'],
    ['%PDF-1.7\n', 'application/pdf'],
  ])('%j is %s', (head, kind) => {
    expect(kindByMagic(bytes(head))).toBe(kind)
  })

  test.each([
    '',
    '\x89PNG',
    'GIF90a',
    'RIFF\x24\0\0\0WAVE',
    '<svg xmlns="http://www.w3.org/2000/svg">',
    '<!doctype html>',
    'PK\x03\x04',
    'MZ\x90\0',
    '\x7fELF',
    ' %PDF-1.7',
  ])('%j is none of them', (head) => {
    expect(kindByMagic(bytes(head))).toBeUndefined()
  })

  test('only pictures are images', () => {
    expect(isImage('image/webp')).toBe(true)
    expect(isImage('application/pdf')).toBe(false)
    expect(isImage('text/plain')).toBe(false)
  })
})

describe('text', () => {
  const isText = (...pieces: Uint8Array[]): boolean => {
    const check = new TextCheck()
    for (const piece of pieces) check.add(piece)
    return check.end()
  }

  test('is UTF-8 all through, wherever it is cut', () => {
    const family = Buffer.from('a family: 👨‍👩‍👧\r\n\tindented\f')
    expect(isText(family)).toBe(true)
    for (let cut = 0; cut < family.length; cut++)
      expect(isText(family.subarray(0, cut), family.subarray(cut))).toBe(true)
  })

  test.each([
    ['NUL', Buffer.from('a\0b')],
    ['a control character', Buffer.from('a\x1b[31mb')],
    ['a lone continuation', Buffer.from([0x61, 0x80])],
    ['a character that is cut off', Buffer.from('👍').subarray(0, 3)],
    ['UTF-16', Buffer.from('text', 'utf16le')],
  ])('with %s is none', (_, content) => {
    expect(isText(content)).toBe(false)
    expect(isText(Buffer.from('fine so far '), content, Buffer.from(' and after'))).toBe(false)
  })
})
