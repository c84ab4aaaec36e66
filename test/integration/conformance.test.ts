import { createTestServer } from '@roomful/testing/node'
import { describe, expect, test } from 'vitest'
import { ask, both } from '../conformance/case'
import { allCases } from '../conformance/cases/all'
import { absent, containing, fill, lacking, mismatch, type Pattern, text } from '../conformance/match'
import { runSuite } from '../conformance/run-suite'

test('the server passes every script of the wire', async () => {
  // The scripts add users to rooms who share no room.
  await using server = await createTestServer({ invitations: 'open' })
  const results = await runSuite(allCases, { url: server.url })
  expect(results.filter(({ failure }) => failure !== undefined)).toEqual([])
  expect(results.length).toBeGreaterThanOrEqual(120)
})

test('a script with another expectation fails, with the step and the reason', async () => {
  await using server = await createTestServer()
  const wrong = both('wrong', ask('a', 'fetch-history', { roomId: '$room' }, { ok: true, lastSeq: 7 }))
  const results = await runSuite([wrong], { url: server.url })
  expect(results).toEqual(
    [1, 2].map((protocol) => ({
      name: 'wrong',
      protocol,
      failure: 'step 1 (ask a fetch-history): lastSeq: wanted 7, got 0',
    })),
  )
})

test('names of cases are unique', () => {
  const names = allCases.map(({ name }) => name)
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
})

describe('a frame', () => {
  test.each<[unknown, Pattern]>([
    [{ a: 1, b: 2 }, { a: 1 }],
    [[{ a: 1 }], [{ a: 1 }]],
    [{ list: [1, { id: 'x' }] }, { list: containing({ id: 'x' }) }],
    [{ list: [1] }, { list: lacking({ id: 'x' }) }],
    [{ a: 'x' }, { a: text, b: absent }],
    [null, null],
  ])('%j matches', (value, pattern) => {
    expect(mismatch(value, pattern)).toBeUndefined()
  })

  test.each<[unknown, Pattern, string]>([
    [{ a: 1 }, { a: 2 }, 'a: wanted 2, got 1'],
    [{ a: { b: [1, 2] } }, { a: { b: [1] } }, 'a.b: wanted 1 elements'],
    [{ a: [{ b: 1 }] }, { a: [{ b: 2 }] }, 'a[0].b: wanted 2'],
    [{}, { a: null }, 'a: wanted null, got nothing'],
    [{ a: null }, { a: absent }, 'a: wanted nothing'],
    [{ a: '' }, { a: text }, 'a: wanted a text'],
    [[], {}, 'wanted an object'],
    [{ list: [{ id: 'x' }] }, { list: lacking({ id: 'x' }) }, 'list: wanted a list without'],
    [{ list: [] }, { list: containing({ id: 'x' }) }, 'list: wanted a list with'],
  ])('%j does not', (value, pattern, why) => {
    expect(mismatch(value, pattern)).toContain(why)
  })

  test('uses stored values, in keys and values', () => {
    expect(
      fill(
        { $a: ['$m'] },
        new Map<string, unknown>([
          ['a', 'ada'],
          ['m', 7],
        ]),
      ),
    ).toEqual({ ada: [7] })
    expect(() => fill('$nothing', new Map())).toThrow('$nothing')
  })
})
