import { waitUntil } from '@roomful/testing'
import type { ServerProcess } from '@roomful/testing/node'
import { expect, test } from 'vitest'
import { NO_LIMITS, serve, temporaryFolder } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import { errorsOf } from './client-page'
import { launchWholeBrowser } from './engines'
import { buildKeptChat } from './kept-chat'
import { onDisk } from './on-disk'
import { keepPage } from './page-workers'

const websockets = async (server: ServerProcess): Promise<number> => {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  return Number(/^roomful_sockets (\d+)$/m.exec(text)?.[1] ?? Number.NaN)
}

/** The records of all databases of the origin, as one text. */
test('the web chat: sign in, send, two tabs over one websocket, a dead server, a reload from the disk, sign out', async () => {
  using folder = temporaryFolder()
  const page = `${folder.path}/page`
  await buildKeptChat(page)
  const start = (port: string): Promise<ServerProcess> =>
    serve(['--port', port, '--database', `sqlite:${folder.path}/chat.db`, '--static', page, ...NO_LIMITS])
  let server = await start('0')
  const browser = await launchWholeBrowser()
  try {
    const ada = await ChatPage.join(browser, server.url, 'Ada')
    await ada.send('one')
    await ada.shows('one')
    await keepPage(ada.context, ada.url)
    const second = await ada.openTab()
    await second.send('two, from the other tab')
    for (const tab of [ada, second]) await tab.settlesAs(['one', 'two, from the other tab'])
    await waitUntil('one websocket', async () => (await websockets(server)) === 1)
    await waitUntil('both to be on disk', async () => {
      const { chunks = '', entries = '' } = await onDisk(ada.page)
      return `${chunks} ${entries}`.includes('the other tab')
    })

    // It would take over the unsent messages that the other leaves in its reload.
    await second.page.close()
    await server.kill()
    await ada.connection('waiting')
    await ada.send('three, unsent')
    await ada.has('article:is([data-status=queued], [data-status=sending])')
    // In the outbox: the draft of it was on the disk before.
    await waitUntil('it to be on disk', async () => (await onDisk(ada.page)).entries?.includes('unsent'))
    await ada.page.reload()
    await ada.has('article:is([data-status=queued], [data-status=sending])')
    const all = ['one', 'two, from the other tab', 'three, unsent']
    await waitUntil('the room from the disk', async () => (await ada.texts()).join() === all.join())

    server = await start(String(server.port))
    await ada.settlesAs(all)
    await ada.signOut()
    await ada.has('.sign-in')
    await waitUntil(
      'nothing to be on disk',
      async () => !JSON.stringify(await onDisk(ada.page)).includes('Ada'),
    )
    expect(await errorsOf(ada, second)).toEqual([])
  } finally {
    await browser.close()
    await server[Symbol.asyncDispose]()
  }
})
