import type { ShownMessage } from '@roomful/client'
import { type Composer, useComposer } from '@roomful/react'
import { createContext, type ReactElement, type ReactNode, useContext, useMemo } from 'react'

type Commands = { reply(message: ShownMessage): void; edit(message: ShownMessage): void }

/** Separate from the text: a row needs only the commands, and must not render at each key. */
const CommandsContext = createContext<Commands | null>(null)
const ComposerContext = createContext<Composer | null>(null)

export function ComposerProvider({ children }: { children: ReactNode }): ReactElement {
  const composer = useComposer()
  const { reply, edit } = composer
  const commands = useMemo(() => ({ reply, edit }), [reply, edit])
  return (
    <CommandsContext.Provider value={commands}>
      <ComposerContext.Provider value={composer}>{children}</ComposerContext.Provider>
    </CommandsContext.Provider>
  )
}

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
