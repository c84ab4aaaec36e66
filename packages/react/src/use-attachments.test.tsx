// @vitest-environment jsdom

import { ChatError, type ConnectionState, type ErrorCode } from '@roomful/client'
import { FakeChat, makeShownMessage } from '@roomful/testing'
import { act, cleanup, configure, renderHook, waitFor } from '@testing-library/react'
import { Activity, type ReactNode, StrictMode } from 'react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ChatProvider } from './chat-provider'
import { RoomProvider } from './room-provider'
import { useAttachments } from './use-attachments'
import { useFileUrl } from './use-file-url'

// Its own limit, one second, is that of an idle machine.
configure({ asyncUtilTimeout: 120_000 })

let chat = new FakeChat()
let urls: Set<string>
beforeEach(() => {
  chat = new FakeChat()
  urls = new Set()
  let count = 0
  URL.createObjectURL = vi.fn(() => {
    urls.add(`blob:${++count}`)
    return `blob:${count}`
  })
  URL.revokeObjectURL = vi.fn((url: string) => void urls.delete(url))
})
afterEach(cleanup)

function hookIn<T>(run: () => T) {
  let id = 'a'
  let mode: 'visible' | 'hidden' = 'visible'
  const wrapper = ({ children }: { children: ReactNode }) => (
    <StrictMode>
      <ChatProvider chat={chat}>
        <RoomProvider id={id}>
          <Activity mode={mode}>{children}</Activity>
        </RoomProvider>
      </ChatProvider>
    </StrictMode>
  )
  const hook = renderHook(run, { wrapper })
  return {
    ...hook,
    now: () => hook.result.current,
    goTo: (next: string) => {
      id = next
      hook.rerender()
    },
    become: (next: typeof mode) => {
      mode = next
      hook.rerender()
    },
  }
}

const picture = (name: string): File => new File(['x'], name, { type: 'image/png' })

describe('attachments', () => {
  test('are sent each as a message, the caption with the first, and are gone then', () => {
    const { now } = hookIn(() => useAttachments())
    const [cat, report] = [picture('cat.png'), new File(['x'], 'report.txt', { type: 'text/plain' })]
    act(() => now().add([cat, report]))
    expect(now().files.map(({ file, url }) => [file.name, url !== undefined])).toEqual([
      ['cat.png', true],
      ['report.txt', false],
    ])
    act(() => now().send('my cat', 'm1'))
    expect(chat.room('a').callsOf('sendFile')).toEqual([
      [cat, { content: 'my cat', replyTo: 'm1' }],
      [report, { replyTo: 'm1' }],
    ])
    expect([now().files, urls.size]).toEqual([[], 0])
  })

  test('have no caption where it is blank', () => {
    const { now } = hookIn(() => useAttachments())
    const cat = picture('cat.png')
    act(() => now().add([cat]))
    act(() => now().send(' \n'))
    expect(chat.room('a').callsOf('sendFile')).toEqual([[cat, { content: '' }]])
  })

  test('can be taken away, and with them the picture that was held for them', () => {
    const { now, unmount } = hookIn(() => useAttachments())
    act(() => now().add([picture('a.png'), picture('b.png')]))
    act(() => now().remove(now().files[0]?.key ?? ''))
    expect([now().files.map(({ file }) => file.name), urls.size]).toEqual([['b.png'], 1])
    unmount()
    expect(urls.size).toBe(0)
  })

  test('hold no picture while <Activity> hides them, and show it again when they are back', () => {
    const { now, become, unmount } = hookIn(() => useAttachments())
    act(() => now().add([picture('a.png'), new File(['x'], 'report.txt'), picture('b.png')]))
    become('hidden')
    expect(urls.size).toBe(0)
    become('visible')
    const shown = now().files.map(({ url }) => url)
    expect(shown.map((url) => url !== undefined && urls.has(url))).toEqual([true, false, true])
    expect(urls.size).toBe(2)
    act(() => now().remove(now().files[0]?.key ?? ''))
    expect(urls.size).toBe(1)
    unmount()
    expect(urls.size).toBe(0)
  })

  test('of one room are not in another', () => {
    const { now, goTo } = hookIn(() => useAttachments())
    act(() => now().add([picture('a.png')]))
    goTo('b')
    expect(now().files).toEqual([])
    act(() => now().send())
    expect(chat.room('b').callsOf('sendFile')).toEqual([])
  })

  test('are there again in the room that one comes back to, each with its picture', () => {
    const { now, goTo } = hookIn(() => useAttachments())
    act(() => now().add([picture('a.png')]))
    goTo('b')
    goTo('a')
    expect(now().files.map(({ url }) => urls.has(url ?? ''))).toEqual([true])
    goTo('b')
    act(() => now().add([picture('b.png')]))
    expect(urls.size).toBe(1)
    goTo('a')
    expect(now().files).toEqual([])
  })

  test('are not lost to what an earlier room is still given', () => {
    const { now, goTo } = hookIn(() => useAttachments())
    const ofA = now()
    goTo('b')
    act(() => now().add([picture('b.png')]))
    act(() => {
      ofA.add([picture('a.png')])
      ofA.remove('file-1')
      ofA.send()
    })
    expect([now().files.map(({ file }) => file.name), urls.size]).toEqual([['b.png'], 1])
  })

  test('are not there again in a room from which they were sent a moment late', () => {
    const { now, goTo } = hookIn(() => useAttachments())
    act(() => now().add([picture('a.png')]))
    const ofA = now()
    goTo('b')
    act(() => ofA.send())
    expect(chat.room('a').callsOf('sendFile')).toHaveLength(1)
    goTo('a')
    expect([now().files, urls.size]).toEqual([[], 0])
  })

  test('that are given to a component that is gone hold nothing', () => {
    const { now, unmount } = hookIn(() => useAttachments())
    const { add } = now()
    unmount()
    add([picture('late.png')])
    expect(urls.size).toBe(0)
  })

  const pictures = (count: number) => Array.from({ length: count }, (_, i) => picture(`${i}.png`))

  test('are twenty at most, and no picture is held for one that is left out', () => {
    const { now, unmount } = hookIn(() => useAttachments())
    act(() => now().add(pictures(30)))
    expect([now().files.length, urls.size]).toEqual([20, 20])
    act(() => now().remove(now().files[0]?.key ?? ''))
    act(() => now().add(pictures(10)))
    expect([now().files.length, urls.size]).toEqual([20, 20])
    expect(now().files.every(({ url }) => urls.has(url ?? ''))).toBe(true)
    unmount()
    expect(urls.size).toBe(0)
  })
})

describe('the url of a file', () => {
  const message = makeShownMessage(1)

  test('is there when it is loaded, and is revoked with the component', async () => {
    const { now, unmount } = hookIn(() => useFileUrl(message))
    expect(now()).toEqual({})
    await waitFor(() => expect(now().url).toMatch(/^blob:/))
    expect(urls.size).toBe(1)
    unmount()
    expect(urls.size).toBe(0)
  })

  test('is not loaded before it is wanted', async () => {
    hookIn(() => useFileUrl(message, { isWanted: false }))
    await act(async () => {})
    expect(chat.room('a').callsOf('loadFile')).toEqual([])
  })

  describe('of a message that the server rendered, and that is not here yet', () => {
    let attempts = 0
    beforeEach(() => {
      const room = chat.room('a')
      const { loadFile } = room
      room.loadFile = (...call) => {
        attempts++
        const isHere = room.messages().length > 0
        return isHere ? loadFile(...call) : Promise.reject(new ChatError('MESSAGE_NOT_FOUND', 'Not here'))
      }
    })

    test('is there once the message is', async () => {
      const { now, unmount } = hookIn(() => useFileUrl(message))
      await act(async () => {})
      expect(now()).toEqual({})
      await act(async () => chat.room('a').set({ status: 'live', messages: [message] }))
      expect(now().url).toMatch(/^blob:/)
      unmount()
      expect([urls.size, chat.room('a').listeners.size]).toEqual([0, 0])
    })

    test('is not asked for by a component that is gone', async () => {
      const { unmount } = hookIn(() => useFileUrl(message))
      await act(async () => {})
      unmount()
      const before = attempts
      await act(async () => chat.room('a').set({ status: 'live', messages: [message] }))
      expect(attempts - before).toBe(0)
    })

    test('fails, once, where the room turns out not to have it', async () => {
      const { now } = hookIn(() => useFileUrl(message))
      await act(async () => {})
      const before = attempts
      await act(async () => chat.room('a').set({ status: 'live' }))
      expect([attempts - before, now().error?.code]).toEqual([1, 'MESSAGE_NOT_FOUND'])
    })
  })

  describe('after an attempt that has failed', () => {
    const connection = (...states: ConnectionState[]) =>
      act(async () => {
        for (const state of states) chat.set({ connection: state })
      })
    const isBack = (since: number) =>
      connection({ status: 'connecting', attempt: 1 }, { status: 'online', since })
    let failure: ErrorCode | null
    let attempts: number
    beforeEach(() => {
      failure = 'OFFLINE'
      attempts = 0
      const room = chat.room('a')
      const { loadFile } = room
      room.loadFile = (...call) => {
        attempts++
        return failure === null
          ? loadFile(...call)
          : Promise.reject(new ChatError(failure, 'It did not come'))
      }
    })

    test('is there once the connection is back', async () => {
      const { now, unmount } = hookIn(() => useFileUrl(message))
      await waitFor(() => expect(now().error?.code).toBe('OFFLINE'))
      const before = attempts
      await isBack(1)
      await waitFor(() => expect([attempts - before, now().error?.code]).toEqual([1, 'OFFLINE']))
      failure = null
      await isBack(2)
      await waitFor(() => expect(now().url).toMatch(/^blob:/))
      await isBack(3)
      expect([attempts - before, urls.size]).toEqual([2, 1])
      unmount()
      expect(urls.size).toBe(0)
    })

    test('is there, too, where the connection was back before it failed', async () => {
      const fails: ((error: ChatError) => void)[] = []
      const { loadFile } = chat.room('a')
      chat.room('a').loadFile = () => new Promise((_, reject) => void fails.push(reject))
      const { now } = hookIn(() => useFileUrl(message))
      await isBack(1)
      failure = null
      chat.room('a').loadFile = loadFile
      await act(async () => {
        for (const fail of fails) fail(new ChatError('TIMEOUT', 'The server does not answer'))
      })
      await waitFor(() => expect(now().url).toMatch(/^blob:/))
    })

    test('is not asked for again where the server has refused it', async () => {
      failure = 'REFUSED'
      const { now } = hookIn(() => useFileUrl(message))
      await waitFor(() => expect(now().error?.code).toBe('REFUSED'))
      const before = attempts
      await isBack(1)
      expect([attempts - before, now().error?.code]).toEqual([0, 'REFUSED'])
    })

    test('is not asked for again by a component that is gone', async () => {
      const { now, unmount } = hookIn(() => useFileUrl(message))
      await waitFor(() => expect(now().error?.code).toBe('OFFLINE'))
      const before = attempts
      unmount()
      await isBack(1)
      expect([attempts - before, chat.listeners.size]).toEqual([0, 0])
    })
  })
})
