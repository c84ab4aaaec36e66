// @vitest-environment jsdom

import { FakeChat, makeShownMessage } from '@roomful/testing'
import { act, cleanup, render, renderHook } from '@testing-library/react'
import { type ReactNode, StrictMode, Suspense } from 'react'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ChatProvider } from './chat-provider'
import { RoomProvider } from './room-provider'
import { type Composer, useComposer } from './use-composer'

let chat = new FakeChat()
const room = () => chat.room('a')

beforeEach(() => {
  chat = new FakeChat()
})
afterEach(cleanup)

function compose(roomId = 'a') {
  let id = roomId
  const wrapper = ({ children }: { children: ReactNode }) => (
    <StrictMode>
      <ChatProvider chat={chat}>
        <RoomProvider id={id}>{children}</RoomProvider>
      </ChatProvider>
    </StrictMode>
  )
  const hook = renderHook(() => useComposer(), { wrapper })
  return {
    ...hook,
    now: () => hook.result.current,
    goTo: (next: string) => {
      id = next
      hook.rerender()
    },
  }
}

describe('a new message', () => {
  test('is sent as typed, and the field is empty at once', () => {
    const { now } = compose()
    expect(now().canSubmit).toBe(false)
    act(() => now().setText(' hi\n'))
    expect([now().text, now().canSubmit]).toEqual([' hi\n', true])
    act(() => now().submit())
    expect(room().callsOf('send')).toEqual([[{ content: ' hi\n' }]])
    expect([now().text, room().getState().draft]).toEqual(['', ''])
  })

  test('blank is not sent', () => {
    const { now } = compose()
    act(() => now().setText(' \n '))
    act(() => now().submit())
    expect(room().callsOf('send')).toEqual([])
  })

  test('signals that one types, and that one stopped', () => {
    const { now } = compose()
    act(() => now().setText('h'))
    act(() => now().submit())
    expect(room().callsOf('setTyping')).toEqual([[true], [false]])
  })

  test('replies, once', () => {
    const { now } = compose()
    act(() => now().setText('yes'))
    act(() => now().reply(makeShownMessage(7)))
    expect([now().text, now().replyTo?.id]).toEqual(['yes', 'id-7'])
    act(() => now().submit())
    act(() => now().setText('and'))
    act(() => now().submit())
    expect(room().callsOf('send')).toEqual([[{ content: 'yes', replyTo: 'id-7' }], [{ content: 'and' }]])
  })
})

describe('the draft', () => {
  test('survives unmounting, and is each room’s own', () => {
    const first = compose()
    act(() => first.now().setText('unfinished'))
    first.unmount()
    const { now, goTo } = compose()
    expect(now().text).toBe('unfinished')
    goTo('b')
    expect(now().text).toBe('')
    act(() => now().setText('other'))
    goTo('a')
    expect(now().text).toBe('unfinished')
  })

  test('from the cache or another tab is shown', () => {
    const { now } = compose()
    act(() => room().set({ draft: 'from elsewhere' }))
    expect(now().text).toBe('from elsewhere')
  })
})

describe('an edit', () => {
  const own = makeShownMessage(3, { senderId: 'me' as never, content: 'helo' })

  test('is saved; the draft waits meanwhile and comes back', () => {
    const { now } = compose()
    act(() => now().setText('draft'))
    act(() => now().edit(own))
    expect([now().text, now().editing]).toEqual(['helo', own])
    act(() => now().setText('hello'))
    expect(room().getState().draft).toBe('draft')
    act(() => now().submit())
    expect(room().callsOf('edit')).toEqual([['id-3', 'hello']])
    expect([now().text, now().editing]).toEqual(['draft', null])
  })

  test('is given up by cancel', () => {
    const { now } = compose()
    act(() => now().edit(own))
    act(() => now().setText('hello'))
    act(() => now().cancel())
    expect([now().text, now().editing, room().callsOf('edit')]).toEqual(['', null, []])
  })

  test('that changes nothing asks nothing of the server', () => {
    const { now } = compose()
    act(() => now().edit(own))
    act(() => now().submit())
    expect([now().editing, room().callsOf('edit')]).toEqual([null, []])
  })

  test('that is refused is open again, with its text and the reason', async () => {
    const refused = Object.assign(new Error('too old'), { code: 'EDIT_WINDOW_CLOSED' })
    room().answerEdit = () => Promise.reject(refused)
    const { now } = compose()
    act(() => now().edit(own))
    act(() => now().setText('hello'))
    await act(async () => now().submit())
    expect([now().text, now().editing, now().error]).toEqual(['hello', own, refused])
    act(() => now().setText('hello!'))
    expect(now().error).toBe(null)
  })

  /** The server takes its time with the next edit; returned: what refuses it. */
  const refusedLater = () => {
    let refuse: (reason: Error) => void = () => undefined
    room().answerEdit = () =>
      new Promise((_, reject) => {
        refuse = reject
      })
    return (reason: Error) => refuse(reason)
  }

  test('that is refused late leaves alone what one writes by then, and says why', async () => {
    const refuse = refusedLater()
    const late = new Error('too old')
    const { now } = compose()
    for (const goOn of [() => now().edit(makeShownMessage(4)), () => now().reply(makeShownMessage(7))]) {
      act(() => now().edit(own))
      act(() => now().setText('hello'))
      act(() => now().submit())
      act(goOn)
      act(() => now().setText('typed'))
      const { editing, replyTo } = now()
      await act(async () => refuse(late))
      expect(now()).toMatchObject({ text: 'typed', editing, replyTo, error: late })
    }
  })

  test('is still open, as is a reply, when what was beside it has loaded', async () => {
    let loaded = () => {}
    let loading: Promise<void> | null = null
    const Beside = () => {
      if (loading) throw loading
      return null
    }
    let now: Composer | undefined
    const Compose = () => {
      now = useComposer()
      return null
    }
    const page = () => (
      <ChatProvider chat={chat}>
        <RoomProvider id="a">
          <Suspense fallback={null}>
            <Compose />
            <Beside />
          </Suspense>
        </RoomProvider>
      </ChatProvider>
    )
    const { rerender } = render(page())
    const other = makeShownMessage(7)
    for (const { begin, shown } of [
      { begin: () => now?.edit(own), shown: { text: 'typed', editing: own } },
      { begin: () => now?.reply(other), shown: { text: 'from another tab', replyTo: other } },
    ]) {
      act(begin)
      act(() => now?.setText('typed'))
      loading = new Promise((resolve) => {
        loaded = resolve
      })
      rerender(page())
      act(() => room().set({ draft: 'from another tab' }))
      loading = null
      await act(async () => loaded())
      expect(now).toMatchObject(shown)
    }
  })

  test('that is refused after one went to another room does not open there', async () => {
    const refuse = refusedLater()
    const { now, goTo } = compose()
    act(() => now().edit(own))
    act(() => now().setText('hello'))
    act(() => now().submit())
    goTo('b')
    await act(async () => refuse(new Error('too old')))
    expect([now().editing, now().error]).toEqual([null, null])
  })

  test('of the last message takes the last of one’s own that is there', () => {
    const mine = (seq: number, part = {}) => makeShownMessage(seq, { senderId: 'me' as never, ...part })
    room().set({
      messages: [
        mine(1),
        mine(2, { content: 'this' }),
        mine(3, { deleted: true, content: '' }),
        mine(4, { status: 'failed' }),
        mine(5, { type: 'system' }),
        makeShownMessage(6),
      ],
    })
    const { now } = compose()
    let found = false
    act(() => {
      found = now().editLast()
    })
    expect([found, now().text]).toEqual([true, 'this'])
    act(() => now().cancel())
    act(() => room().set({ messages: [makeShownMessage(6)] }))
    act(() => {
      found = now().editLast()
    })
    expect([found, now().editing]).toEqual([false, null])
  })
})
