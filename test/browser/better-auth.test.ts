import { waitUntil } from '@roomful/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ChatPage } from './chat-page'
import { errorsOf } from './client-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { type HostApp, refusalIn, startHostApp } from './host-app'
import { fillIn } from './user-input'

let browser: TestBrowser
let app: HostApp
beforeAll(async () => {
  browser = await launchBrowser()
  app = await startHostApp('better-auth')
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await browser.close()
})

/** Signs up at the app's own page, which then leads to the chat. */
async function signUp(name: string): Promise<ChatPage> {
  const chat = await ChatPage.open(browser, app.url)
  await fillIn(chat.page, 'Your name', name)
  await fillIn(chat.page, 'Email', `${name.toLowerCase()}@example.com`)
  await fillIn(chat.page, 'Password', `password of ${name}`)
  await chat.click('Sign up')
  await chat.live()
  return chat
}

test('two users sign up and chat; one reloads, signs out, and is out of the chat too', async () => {
  await using ada = await signUp('Ada')
  await using ben = await signUp('Ben')
  await ada.send('hello Ben')
  await ben.shows('hello Ben')
  await ben.send('hello Ada')
  await ada.shows('hello Ada')
  await ada.reload()
  await ada.settlesAs(['hello Ben', 'hello Ada'])

  const cookie = (await ada.context.cookies()).map((one) => `${one.name}=${one.value}`).join('; ')
  expect(await refusalIn(app, cookie)).toBe('none')
  await ada.click('Sign out')
  await ada.has('input[name=password]')
  await waitUntil('the session to end', async () => (await refusalIn(app, cookie)) === 'UNAUTHENTICATED')
  await ben.send('still here')
  await ben.shows('still here')
  expect(await errorsOf(ada, ben)).toEqual([])
})

test('without a session, or with a made-up one, nobody comes in', async () => {
  for (const cookie of ['', 'better-auth.session_token=made-up.signature'])
    expect(await refusalIn(app, cookie)).toBe('UNAUTHENTICATED')
})
