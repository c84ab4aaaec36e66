import type { ChatError, ChatState, LoadFileOptions, Room, RoomState, ShownMessage } from '@roomful/client'
import { useEffect, useState } from 'react'
import { useChat } from './chat-provider'
import { findMessage } from './find-message'
import { useRoom } from './room-provider'

/** What `useFileUrl` answers: nothing yet, an object URL, or why there is none. */
export type FileUrl =
  | { readonly url?: undefined; readonly error?: undefined }
  | { readonly url: string; readonly error?: undefined }
  | { readonly url?: undefined; readonly error: ChatError }

const LOADING: FileUrl = {}
const onlineSince = ({ connection }: ChatState): number | undefined =>
  connection.status === 'online' ? connection.since : undefined

/**
 * An object URL of the file that a message shows, while the component is mounted: of an unsent one its bytes on this device,
 * also after it is sent. With `size` a thumbnail, where the server makes them, or else the file. `isWanted: false` loads
 * nothing, such as a film before it is played. What could not be loaded is tried again with each new connection, unless
 * `error.retry` is `never`. A message that only the server has rendered so far is waited for, until the room is live.
 *
 * @example
 * function Picture({ message }: { message: ShownMessage }) {
 *   const { url } = useFileUrl(message, { size: 480 })
 *   return url ? <img src={url} alt={message.content} /> : null
 * }
 */
export function useFileUrl(
  { key, deleted }: Pick<ShownMessage, 'key' | 'deleted'>,
  { size, isWanted = true }: Pick<LoadFileOptions, 'size'> & { isWanted?: boolean } = {},
): FileUrl {
  const chat = useChat()
  const room = useRoom()
  const [state, setState] = useState<FileUrl>(LOADING)
  const isLoaded = isWanted && !deleted
  useEffect(() => {
    if (!isLoaded) return
    const giveUp = new AbortController()
    let url: string | undefined
    let stop: (() => void) | undefined
    const isReady = ({ status, messages }: RoomState): boolean =>
      status === 'live' || findMessage(messages, key) !== undefined
    const begin = (): void => {
      const before = onlineSince(chat.getState())
      const wasReady = isReady(room.getState())
      const look = (since: number | undefined): void => {
        if (since === undefined || since === before) return
        stop?.()
        setState(LOADING)
        begin()
      }
      load(room, key, size, giveUp.signal).then(
        (file) => {
          if (giveUp.signal.aborted) return
          url = URL.createObjectURL(file)
          setState({ url })
        },
        (error: ChatError) => {
          if (giveUp.signal.aborted) return
          // What the server rendered is on screen before the room knows of it.
          if (error.code === 'MESSAGE_NOT_FOUND' && !wasReady) return whenReady()
          setState({ error })
          if (error.retry === 'never') return
          stop = chat.select(onlineSince, look)
          // A request on a line that has died fails after the next one is up.
          look(onlineSince(chat.getState()))
        },
      )
    }
    const whenReady = (): void => {
      const again = (): void => {
        stop?.()
        begin()
      }
      if (isReady(room.getState())) again()
      else stop = room.select(isReady, again)
    }
    begin()
    return () => {
      giveUp.abort()
      stop?.()
      if (url !== undefined) URL.revokeObjectURL(url)
      setState(LOADING)
    }
  }, [chat, room, key, size, isLoaded])
  return state
}

/** Not every server makes thumbnails, and none of every file. */
async function load(
  room: Room,
  key: string,
  size: LoadFileOptions['size'],
  signal: AbortSignal,
): Promise<Blob> {
  if (size === undefined) return room.loadFile(key, { signal })
  return room.loadFile(key, { signal, size }).catch((error: ChatError) => {
    if (error.code === 'REFUSED') return room.loadFile(key, { signal })
    throw error
  })
}
