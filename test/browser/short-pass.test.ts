import { waitUntil } from '@roomful/testing'
import type { ServerProcess } from '@roomful/testing/node'
import { expect, test } from 'vitest'
import { NO_LIMITS, serve, temporaryFolder } from '../integration/roomful-command'
import { ChatPage } from './chat-page'
import { errorsOf } from './client-page'
import { launchWholeBrowser } from './engines'
import { buildKeptChat } from './kept-chat'
import { keepPage } from './page-workers'

const websockets = async (server: ServerProcess): Promise<number> => {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  return Number(/^roomful_sockets (\d+)$/m.exec(text)?.[1] ?? Number.NaN)
}

/** The records of all databases of the origin, as one text. */
async function onDisk(): Promise<string> {
  const read = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  const found: unknown[] = []
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await read(indexedDB.open(name))
    for (const store of database.objectStoreNames)
      found.push(name, await read(database.transaction(store).objectStore(store).getAll()))
    database.close()
  }
  return JSON.stringify(found)
}

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
    expect(await websockets(server)).toBe(1)
    await waitUntil('both to be on disk', async () =>
      (await ada.page.evaluate(onDisk)).includes('the other tab'),
    )

    // It would take over the unsent messages that the other leaves in its reload.
    await second.page.close()
    await server.kill()
    await ada.connection('waiting')
    await ada.send('three, unsent')
    await ada.has('article:is([data-status=queued], [data-status=sending])')
    await waitUntil('it to be on disk', async () => (await ada.page.evaluate(onDisk)).includes('unsent'))
    await ada.page.reload()
    await ada.has('article:is([data-status=queued], [data-status=sending])')
    const all = ['one', 'two, from the other tab', 'three, unsent']
    await waitUntil('the room from the disk', async () => (await ada.texts()).join() === all.join())

    server = await start(String(server.port))
    await ada.settlesAs(all)
    await ada.signOut()
    await ada.has('.sign-in')
    await waitUntil('nothing to be on disk', async () => !(await ada.page.evaluate(onDisk)).includes('Ada'))
    expect(await errorsOf(ada, second)).toEqual([])
  } finally {
    await browser.close()
    await server[Symbol.asyncDispose]()
  }
})
