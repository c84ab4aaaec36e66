import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useRoom } from './room-provider'
import { useLayout } from './store-hook'

/** A file that is chosen and not sent yet. `url`: of a picture, an object URL to show it by. */
export type AttachedFile = { readonly key: string; readonly file: File; readonly url?: string }

/** What `useAttachments` answers: the files of the message being written. */
export type Attachments = {
  readonly files: readonly AttachedFile[]
  add(files: Iterable<File>): void
  remove(key: string): void
  /** Sends each as a message, and empties the list. The caption is that of the first. */
  send(caption?: string, replyTo?: string): void
}

/** More at once are an accident: a folder that was dropped. */
const MOST_FILES = 20

/**
 * The files that are attached to the next message of the room around: chosen, pasted or dropped. Once sent, each is a
 * message, whose progress, refusal, retry and cancel are those of the message (`message.upload`). At most 20 at once; more
 * are left out. What is attached in one room is not in another.
 *
 * @example
 * function Attach() {
 *   const { files, add, send } = useAttachments()
 *   return (
 *     <>
 *       <input type="file" multiple onChange={({ target }) => add(target.files ?? [])} />
 *       <button onClick={() => send('my pictures')} disabled={files.length === 0}>Send</button>
 *     </>
 *   )
 * }
 */
export function useAttachments(): Attachments {
  const room = useRoom()
  const [state, setState] = useState<{ room: typeof room; files: readonly AttachedFile[] }>({
    room,
    files: [],
  })
  const files = state.room === room ? state.files : NONE
  const count = useRef(0)
  const here = useRef<typeof room | null>(room)

  useLayout(() => {
    here.current = room
  }, [room])
  useEffect(
    () => () => {
      here.current = null
    },
    [],
  )

  const change = useCallback(
    (next: (files: readonly AttachedFile[]) => readonly AttachedFile[]) => {
      const isHere = here.current === room
      setState((now) => {
        if (now.room === room) return { room, files: next(now.files) }
        // From a function of a room that one has left: the files are another one's by now.
        return isHere ? { room, files: next(NONE) } : now
      })
    },
    [room],
  )
  const actions = useMemo(
    () => ({
      add: (chosen: Iterable<File>) => {
        if (here.current !== room) return
        // Once: an updater may run twice.
        const made = [...chosen].slice(0, MOST_FILES).map((file) => attached(file, `file-${++count.current}`))
        change((now) => {
          const all = [...now, ...made]
          revoke(all.slice(MOST_FILES).flatMap(urlOf))
          return all.slice(0, MOST_FILES)
        })
      },
      remove: (key: string) => change((now) => now.filter((one) => one.key !== key)),
    }),
    [change, room],
  )

  const replace = useCallback((others: readonly AttachedFile[]) => {
    setState(({ room, files }) => ({
      room,
      files: files.map((one) => others.find(({ key }) => key === one.key) ?? one),
    }))
  }, [])
  useRevoked(state.files, replace)

  const send = (caption = '', replyTo?: string) => {
    for (const [i, { file }] of files.entries())
      room.sendFile(file, {
        ...(i === 0 ? { content: /\S/.test(caption) ? caption : '' } : {}),
        ...(replyTo === undefined ? {} : { replyTo }),
      })
    change(() => NONE)
  }
  return { files, ...actions, send }
}

const NONE: readonly AttachedFile[] = []

const attached = (file: File, key: string): AttachedFile => ({
  ...{ key, file },
  ...(file.type.startsWith('image/') ? { url: URL.createObjectURL(file) } : {}),
})

const urlOf = ({ url }: AttachedFile): string[] => (url === undefined ? [] : [url])

const revoke = (urls: Iterable<string>): void => {
  for (const url of urls) URL.revokeObjectURL(url)
}

/**
 * The browser keeps what an object URL names until it is revoked: with the file that is not attached any more, and while
 * `<Activity>` hides the component, which then keeps its state. `replace`: it is back, with others.
 */
function useRevoked(files: readonly AttachedFile[], replace: (files: readonly AttachedFile[]) => void): void {
  const shown = useRef<readonly AttachedFile[]>(NONE)
  useEffect(() => {
    revoke(shown.current.filter((one) => !files.includes(one)).flatMap(urlOf))
    shown.current = files
  }, [files])
  useEffect(() => {
    if (shown.current.length > 0) {
      shown.current = shown.current.map(({ file, key }) => attached(file, key))
      replace(shown.current)
    }
    return () => revoke(shown.current.flatMap(urlOf))
  }, [replace])
}
