import { readdirSync, readFileSync } from 'node:fs'
import { waitUntil } from '@roomful/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from '../../scripts/build.mjs'
import { ChatPage } from './chat-page'
import { errorsOf } from './client-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { type HostApp, refusalIn, startHostApp } from './host-app'

let browser: TestBrowser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

describe.each(['express', 'fastify', 'hono', 'nest', 'next'])('a chat in the app of examples/%s', (name) => {
  let app: HostApp
  beforeAll(async () => {
    app = await startHostApp(name)
  })
  afterAll(() => app[Symbol.asyncDispose]())

  test('the app is one file of at most 30 lines, with its sign-in', () => {
    expect(
      readFileSync(`${ROOT}/examples/${name}/server.ts`, 'utf8').trimEnd().split('\n').length,
    ).toBeLessThanOrEqual(30)
    expect(readdirSync(`${ROOT}/examples/${name}`).filter((file) => file.endsWith('.ts'))).toEqual([
      'server.ts',
    ])
  })

  test('two users of the app chat, reload, and one signs out', async () => {
    await using ada = await ChatPage.join(browser, app.url, 'Ada')
    await using ben = await ChatPage.join(browser, app.url, 'Ben')
    await ada.send('hello Ben')
    await ben.shows('hello Ben')
    await ben.send('hello Ada')
    await ada.shows('hello Ada')
    await ada.reload()
    await ada.settlesAs(['hello Ben', 'hello Ada'])
    expect(await ada.count('article[data-own=true]')).toBe(1)

    const [cookie] = (await ada.context.cookies()).map((one) => `${one.name}=${one.value}`)
    expect(await refusalIn(app, cookie ?? '')).toBe('none')
    await ada.click('Sign out')
    await ada.has('input[name=name]')
    // The app has forgotten the session, and the chat with it; the other user stays.
    await waitUntil('the session to end', async () => (await refusalIn(app, cookie ?? '')) !== 'none')
    expect(['UNAUTHENTICATED', 'SESSION_REVOKED']).toContain(await refusalIn(app, cookie ?? ''))
    await ben.send('still here')
    await ben.shows('still here')
    expect(await errorsOf(ada, ben)).toEqual([])
  })

  test('without a session of the app nobody comes in', async () => {
    expect(await refusalIn(app, '')).toBe('UNAUTHENTICATED')
    expect(await refusalIn(app, 'session=made-up')).toBe('UNAUTHENTICATED')
  })

  if (name === 'next')
    test("Next's own websocket, which reloads what is edited, opens beside it", async () => {
      await using ada = await ChatPage.join(browser, app.url, 'Ada')
      const opened = await ada.page.evaluate(
        () =>
          new Promise((resolve) => {
            const socket = new WebSocket(`ws://${location.host}/_next/hmr`)
            socket.onopen = () => resolve(true)
            socket.onclose = () => resolve(false)
          }),
      )
      expect(opened).toBe(true)
      expect(await ada.errors()).toEqual([])
    })

  test('the app answers all other addresses itself, and ends by SIGTERM', async () => {
    const [chat, page, none] = await Promise.all(
      ['/api/chat/readyz', '/', '/api/elsewhere'].map((path) => fetch(app.url + path)),
    )
    expect(await chat?.json()).toEqual({ ok: true })
    expect(await page?.text()).toContain('An app with a chat')
    expect(none?.status).toBe(404)
    expect(await app.stop()).toBe(0)
  })
})
