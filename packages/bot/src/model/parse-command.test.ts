import { expect, test } from 'vitest'
import { argumentsOf, helpText, parseCommand } from './parse-command'

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

test.each([
  ['/remind 10m buy  some "good" milk', 2, ['10m', 'buy  some "good" milk']],
  ['/remind 10m "buy milk"', 2, ['10m', 'buy milk']],
  ['/remind 10m', 2, ['10m', undefined]],
  ['/remind', 2, [undefined, undefined]],
  ['/say hello there', 1, ['hello there']],
  ['/ping now', 0, []],
])('%j for %i arguments', (content, count, words) => {
  const call = parseCommand(content, '/')
  expect(call && argumentsOf(call, count)).toEqual(words)
})

test('help is made from the commands, by name', () => {
  const commands = [
    { name: 'roll', description: 'rolls dice', usage: '<count> [sides]' },
    { name: 'help', description: '', usage: '' },
  ]
  expect(helpText(commands, '!')).toBe('!help\n!roll <count> [sides] – rolls dice')
})
