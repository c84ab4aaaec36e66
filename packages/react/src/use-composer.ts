import type { ChatError, ShownMessage } from '@roomful/client'
import { useMemo, useState } from 'react'
import { useChat } from './chat-provider'
import { type ComposerState, lastEditable, openComposer } from './composer'
import { useRoom } from './room-provider'
import { useLayout } from './store-hook'

/** What `useComposer` answers: the text being written, and what can be done with it. */
export type Composer = {
  /** What the text field shows: the draft, or the text of the edit. */
  readonly text: string
  readonly replyTo: ShownMessage | null
  readonly editing: ShownMessage | null
  /** Why the last edit was refused; it is open again then, unless another edit or a reply is. */
  readonly error: ChatError | null
  readonly canSubmit: boolean
  setText(text: string): void
  /** Sends, or saves the edit. Does nothing while the text is blank. */
  submit(): void
  reply(message: ShownMessage): void
  edit(message: ShownMessage): void
  /** Edits one's own last message; answers false when there is none. */
  editLast(): boolean
  /** Ends the edit or the reply. The draft stays. */
  cancel(): void
}

/**
 * Text, reply and edit of the room around. The draft lives in the room, so it survives unmounting and, where storage
 * works, a reload; it is held here as well, because a controlled input must be answered in the same tick.
 */
export function useComposer(): Composer {
  const chat = useChat()
  const room = useRoom()
  const [state, setState] = useState(() => openComposer(room))
  const actions = useMemo(() => {
    // What comes after a change of room, such as the answer to an edit, is not about the new one.
    const change = (part: Partial<ComposerState>) =>
      setState((now) => (now.room === room ? { ...now, ...part } : now))
    // Not into what is written by then.
    const reopen = (refused: ComposerState['edit'], error: ChatError) =>
      setState((now) => {
        if (now.room !== room) return now
        return { ...now, edit: now.edit || now.replyTo ? now.edit : refused, error }
      })
    const turn = (edit: ComposerState['edit'], replyTo: ComposerState['replyTo'] = null) =>
      change({ edit, replyTo, error: null })
    const edit = (message: ShownMessage) => turn({ message, text: message.content })
    return {
      change,
      reopen,
      edit,
      reply: (message: ShownMessage) => turn(null, message),
      cancel: () => turn(null),
      editLast: () => {
        const message = lastEditable(room.messages(), chat.getState().user?.id)
        if (message) edit(message)
        return message !== undefined
      },
    }
  }, [chat, room])
  const { change, reopen, ...commands } = actions

  // Not in the first render: the page may hydrate. And later, the cache or another tab may know a newer draft.
  useLayout(() => {
    const { draft } = room.getState()
    // It runs again where a boundary shows the component again: what is edited there is not over.
    setState((now) => (now.room === room ? { ...now, draft } : openComposer(room, draft)))
    return room.select(
      (now) => now.draft,
      (draft) => change({ draft }),
    )
  }, [room, change])

  const { draft, edit, replyTo, error } = state
  const text = edit ? edit.text : draft
  const canSubmit = /\S/.test(text)

  const setText = (next: string) => {
    if (edit) return change({ edit: { ...edit, text: next }, error: null })
    change({ draft: next })
    room.setDraft(next)
    room.setTyping(next !== '')
  }
  const submit = () => {
    if (!canSubmit) return
    commands.cancel()
    if (!edit) {
      room.send({ content: text, ...(replyTo ? { replyTo: replyTo.id } : {}) })
      setText('')
    } else if (text !== edit.message.content) {
      room.edit(edit.message.id, text).catch((reason: ChatError) => reopen(edit, reason))
    }
  }
  return { text, replyTo, editing: edit?.message ?? null, error, canSubmit, setText, submit, ...commands }
}
