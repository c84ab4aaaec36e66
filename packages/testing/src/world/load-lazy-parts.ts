import { createChat, memoryStore, type Transport } from '@roomful/client'

const SILENT: Transport = {
  connect: () => {},
  disconnect: () => {},
  request: async () => ({ kind: 'offline' }),
  signal: () => {},
  close: () => {},
}

/**
 * The client loads some of its code when it first needs it. That takes real time, in which virtual time runs on: a world
 * that came first would differ from the next one of the same seed.
 */
export async function loadLazyParts(): Promise<void> {
  const chat = createChat({ url: 'sim:', storage: memoryStore(), ports: { transport: () => SILENT } })
  void chat.connect().catch(() => {})
  await chat.setPresence('online')
  await chat.close()
}
