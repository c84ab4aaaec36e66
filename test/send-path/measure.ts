import 'fake-indexeddb/auto'
import { Session } from 'node:inspector/promises'
import { fileURLToPath } from 'node:url'
import { createChat, type TabsPort } from '@roomful/client'
import { createTestServer } from '@roomful/testing/node'

/** What ran for one send: the functions of each file, by path from the root. */
export type SendPath = { readonly files: Readonly<Record<string, readonly string[]>> }

/** Unrelated code that runs beside one send does not run beside each of this many. */
const SENDS = 5
/** Longer than the delays of writes after a send, on the disk and for receipts. */
const QUIET_MS = 1_500

/**
 * The functions that each of a few sends runs through in a client as browsers have it (IndexedDB, shared tabs,
 * Socket.IO) and in the server, from the call until all its effects are done. From the sources, by V8's coverage.
 */
export async function measureSendPath(): Promise<SendPath> {
  const server = await createTestServer()
  // Without wake signs: the look for jumps of the clock, each few seconds, is in every window of a busy machine.
  const ports = { tabs: oneTab(), environment: { onWake: () => () => {} } }
  const chat = createChat({ url: server.url, auth: await server.token('ada'), ports })
  const room = chat.room('general')
  await room.open()
  const { storage } = chat.getState()
  if (storage.status !== 'ok') throw new Error(`the local copy is ${storage.status}: ${storage.reason}`)
  room.subscribe(() => room.messages())

  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  const runs: Set<string>[] = []
  for (let i = -1; i < SENDS; i++) {
    await session.post('Profiler.takePreciseCoverage')
    await room.send(`message ${i}`)
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
    const { result } = await session.post('Profiler.takePreciseCoverage')
    // The first one loads the lazy code.
    if (i >= 0) runs.push(new Set(result.flatMap(functionsOf)))
  }
  session.disconnect()
  await chat.close()
  await server.close()

  const [first = new Set<string>(), ...others] = runs
  const files: Record<string, string[]> = {}
  for (const key of first) {
    if (!others.every((run) => run.has(key))) continue
    const [path = '', name = ''] = key.split('\t')
    files[path] = [...(files[path] ?? []), name]
  }
  return { files }
}

type Script = {
  url: string
  functions: { functionName: string; ranges: { startOffset: number; count: number }[] }[]
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PRODUCT = /^packages\/(client|protocol|server)\/src\//

function functionsOf({ url, functions }: Script): string[] {
  const path = url.startsWith('file:') ? fileURLToPath(url).slice(ROOT.length) : ''
  if (!PRODUCT.test(path)) return []
  return functions.flatMap(({ functionName, ranges: [range] }) =>
    // `__name` is the compiler's, and the function that begins at 0 is the module itself.
    range && range.count > 0 && range.startOffset > 0 && functionName !== '__name'
      ? `${path}\t${functionName || '(anonymous)'}\t${range.startOffset}`
      : [],
  )
}

/** A browser with one tab, which therefore leads. */
function oneTab(): TabsPort {
  return {
    lock: async () => ({ lost: new Promise(() => {}), release: () => {} }),
    settled: async () => {},
    channel: () => ({ post: () => {}, close: () => {} }),
    isVisible: () => true,
    onPage: () => () => {},
  }
}
