import { expect, test } from 'vitest'
import { type FormattedMessage, formatMessage } from './message-format'

const message: FormattedMessage = {
  id: 'm1',
  seq: 7,
  type: 'text',
  content: 'hello\nworld\n',
  senderId: 'ada',
  senderName: 'Ada',
  createdAt: '2026-01-02T03:04:05.000Z',
  deleted: false,
}
const plain = { kind: 'text', colour: false } as const

test('text has the time, the name, and aligned lines', () => {
  expect(formatMessage(message, plain)).toBe('03:04:05 Ada: hello\n         world\n')
})

test('text prints no control characters to a terminal', () => {
  const content = 'a\u009b31mb\u202ec'
  expect(formatMessage({ ...message, content }, plain)).toBe('03:04:05 Ada: a\ufffd31mb\ufffdc\n')
})

test('no format prints control characters to a terminal; a program reads every byte (P10)', () => {
  const content = '\u001b[2Jgone\r\n\u009b31m\u202eb'
  const printed = formatMessage({ ...message, content }, { kind: 'json' })
  expect(printed).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u)
  expect(JSON.parse(printed).content).toBe(content)
  expect(formatMessage({ ...message, content }, { kind: 'raw', terminal: true })).toBe(
    '\ufffd[2Jgone\n\ufffd31m\ufffdb\n',
  )
  expect(formatMessage({ ...message, content }, { kind: 'raw' })).toBe(`${content}\n`)
})

test('a name cannot forge a line of another user', () => {
  const senderName = 'Ada: hi\n03:04:06 Root'
  expect(formatMessage({ ...message, content: 'x', senderName }, plain)).toBe(
    '03:04:05 Ada: hi\ufffd03:04:06 Root: x\n',
  )
})

test('NUL between messages prints no control characters to a terminal either', () => {
  const content = '\u001b[2Jgone'
  expect(formatMessage({ ...message, content }, { kind: 'null', terminal: true })).toBe('\ufffd[2Jgone\0')
  expect(formatMessage({ ...message, content }, { kind: 'null' })).toBe(`${content}\0`)
})

test('colours only if requested', () => {
  expect(formatMessage(message, { kind: 'text', colour: true })).toContain('\u001b[1mAda')
})

test('raw and NUL give the content unchanged', () => {
  expect(formatMessage(message, { kind: 'raw' })).toBe('hello\nworld\n\n')
  expect(formatMessage(message, { kind: 'null' })).toBe('hello\nworld\n\0')
})

test('JSON is one line', () => {
  const line = formatMessage(message, { kind: 'json' })
  expect(line.indexOf('\n')).toBe(line.length - 1)
  expect(JSON.parse(line)).toMatchObject({ seq: 7, content: 'hello\nworld\n', senderName: 'Ada' })
})

test('contents leave out system messages and deleted ones', () => {
  for (const kind of ['raw', 'null'] as const) {
    expect(formatMessage({ ...message, type: 'system' }, { kind })).toBe('')
    expect(formatMessage({ ...message, deleted: true }, { kind })).toBe('')
  }
  expect(formatMessage({ ...message, type: 'system' }, plain)).toBe('03:04:05 hello\n         world\n')
  expect(formatMessage({ ...message, deleted: true }, plain)).toBe('')
})

test('a picture or file without a caption is shown by its name', () => {
  const picture = { ...message, type: 'image', content: '' }
  const named = { ...picture, metadata: { fileId: 'f1', name: 'cat\u202e.png' } }
  expect(formatMessage(named, plain)).toBe('03:04:05 Ada: [image: cat\ufffd.png]\n')
  expect(formatMessage({ ...picture, type: 'file' }, plain)).toBe('03:04:05 Ada: [file]\n')
  expect(formatMessage(picture, { kind: 'raw' })).toBe('\n')
})
