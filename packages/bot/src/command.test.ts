import { expect, test } from 'vitest'
import { helpText, parseCommand } from './command'

test.each([
  ['/roll', { name: 'roll', args: [], rest: '' }],
  ['/Roll 2 "big ones"', { name: 'roll', args: ['2', 'big ones'], rest: '2 "big ones"' }],
  ['/say\n two\nlines ', { name: 'say', args: ['two', 'lines'], rest: 'two\nlines' }],
  ['/grüße', { name: 'grüße', args: [], rest: '' }],
])('%j is a command', (content, call) => {
  expect(parseCommand(content, '/')).toEqual(call)
})

test.each(['roll', ' /roll', '/', '/ roll', '//roll', '/a/b'])('%j is not a command', (content) => {
  expect(parseCommand(content, '/')).toBeUndefined()
})

test('help is made from the commands, by name', () => {
  const handler = (): void => {}
  const commands = [
    { name: 'roll', description: 'rolls a die', handler },
    { name: 'help', description: '', handler },
  ]
  expect(helpText(commands, '!')).toBe('!help\n!roll – rolls a die')
})
