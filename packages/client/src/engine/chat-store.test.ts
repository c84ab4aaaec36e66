import { expect, test } from 'vitest'
import { newRoom } from '../model/room/room-model'
import { handClock } from '../platform/hand-clock'
import { createChatStore } from './chat-store'

function scene() {
  const store = createChatStore({
    clock: handClock(),
    report: (error) => void Promise.reject(error),
    storage: { status: 'memory' },
    newRoom: (id) => newRoom(id, { me: 'ada', connection: 'up', windowSize: 200, hasStore: false }),
    runEffects: () => {},
  })
  const calls: string[] = []
  store.chatTopic.observers.add(() => calls.push('chat'))
  store.connectionTopic.observers.add(() => calls.push('connection'))
  const draft = (id: string): void => store.dispatch(id, { type: 'draft', text: `${calls.length} ${id}` })
  const send = (id: string): void =>
    store.dispatch(id, {
      type: 'enqueued',
      order: 1,
      command: { kind: 'read', id: `read-${id}` as never, seq: 5, dueAt: 0 },
    })
  return { store, calls, draft, send, taken: () => calls.splice(0) }
}

test('what happens in a room calls none of those that wait for the connection', () => {
  const { store, send, taken } = scene()
  send('general')
  expect(taken()).toEqual(['chat'])
  store.dispatchChat({ type: 'connection', event: { type: 'wanted' } })
  expect(taken()).toEqual(['chat', 'connection'])
  store.dispatchChat({ type: 'epoch', epoch: 'e1' })
  store.dispatchChat({ type: 'woken' })
  expect(taken()).toEqual(['chat', 'connection', 'chat', 'connection'])
})

test('a watcher of one room is called for that room alone, until it ends', () => {
  const { store, calls, draft } = scene()
  const end = store.watch((_, after) => calls.push(after.id), 'general')
  store.watch((_, after) => calls.push(`all: ${after.id}`))
  draft('general')
  draft('other')
  end()
  draft('general')
  expect(calls).toEqual(['all: general', 'general', 'all: other', 'all: general'])
})
