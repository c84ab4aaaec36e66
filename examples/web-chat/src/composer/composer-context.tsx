import type { ShownMessage } from '@roomful/client'
import { type Composer, useComposer, useRoom } from '@roomful/react'
import { createContext, type ReactElement, type ReactNode, useContext, useMemo } from 'react'
import { useKeptReply } from './use-kept-reply'

type Commands = {
  reply(message: ShownMessage): void
  edit(message: ShownMessage): void
  /** An unsent message becomes the text of the field again, before what is there. */
  takeBack(message: ShownMessage): void
}

/** Separate from the text: a row needs only the commands, and must not render at each key. */
const CommandsContext = createContext<Commands | null>(null)
const ComposerContext = createContext<Composer | null>(null)

export function ComposerProvider({ children }: { children: ReactNode }): ReactElement {
  const composer = useComposer()
  useKeptReply(composer)
  const room = useRoom()
  const { reply, edit, cancel } = composer
  const commands = useMemo((): Commands => {
    const takeBack = (message: ShownMessage) => {
      // Too late: it is on its way after all.
      if (!room.cancel(message.id)) return
      cancel()
      const { draft } = room.getState()
      room.setDraft(draft === '' ? message.content : `${message.content}\n${draft}`)
      focusField()
    }
    return { reply, edit, takeBack }
  }, [reply, edit, cancel, room])
  return (
    <CommandsContext.Provider value={commands}>
      <ComposerContext.Provider value={composer}>{children}</ComposerContext.Provider>
    </CommandsContext.Provider>
  )
}

export const focusField = (): void =>
  document.querySelector<HTMLElement>('textarea[aria-label="Message"]')?.focus()

export function useComposerCommands(): Commands {
  return required(useContext(CommandsContext))
}

export function useRoomComposer(): Composer {
  return required(useContext(ComposerContext))
}

function required<T>(value: T | null): T {
  if (value === null) throw new Error('This needs a <ComposerProvider> above it')
  return value
}
