import { localStoreContract } from '@roomful/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyContract } from '../../packages/client/src/storage/copy-contract'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { openStorePage, type StorePage } from './store-page'

let browser: TestBrowser
let store: StorePage
beforeAll(async () => {
  browser = await launchBrowser()
  store = await openStorePage(browser)
})
afterAll(async () => {
  await store[Symbol.asyncDispose]()
  await browser.close()
})

describe("the browser's own IndexedDB", () => {
  let results: { name: string; error: string | null }[]
  beforeAll(async () => {
    results = await store.call('contract')
  })
  test.each([...localStoreContract, ...copyContract])('$name', ({ name }) => {
    expect(results.find((result) => result.name === name)).toEqual({ name, error: null })
  })
})

test('10,000 messages are written at least ten times faster than one record and transaction each', async () => {
  const { inChunks, oneByOne } = await store.call('writeTimes', 10_000)
  expect(oneByOne / inChunks, `${inChunks} µs against ${oneByOne} µs`).toBeGreaterThanOrEqual(10)
})
