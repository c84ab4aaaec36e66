import type { Chat } from '@roomful/client'
import type { Faults } from '@roomful/client/faults'
import { type ReactElement, useEffect, useRef, useState } from 'react'
import { useChat } from '../chat-provider'
import { RoomfulDevtoolsPanel } from './panel'
import { useStyles } from './styles'

/** What `RoomfulDevtools` is given: nothing, below a `ChatProvider`. */
export type DevtoolsProps = {
  /** Default: the chat of the `ChatProvider` around. */
  readonly chat?: Chat
  readonly faults?: Faults
  readonly initialIsOpen?: boolean
}

/** A button in the corner, which opens the panel. Not there on a server. */
export function FloatingDevtools({ chat, ...props }: DevtoolsProps): ReactElement {
  return chat ? <Floating chat={chat} {...props} /> : <OfProvider {...props} />
}

function OfProvider(props: Omit<DevtoolsProps, 'chat'>): ReactElement {
  return <Floating chat={useChat()} {...props} />
}

function Floating({
  chat,
  faults,
  initialIsOpen = false,
}: DevtoolsProps & { readonly chat: Chat }): ReactElement | null {
  useStyles()
  const [isOpen, setIsOpen] = useState(initialIsOpen)
  const [isMounted, setIsMounted] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => setIsMounted(true), [])
  if (!isMounted) return null
  const close = (): void => {
    setIsOpen(false)
    button.current?.focus()
  }
  return (
    <div className="roomful-dt rdt-floating">
      {isOpen && <RoomfulDevtoolsPanel chat={chat} {...(faults ? { faults } : {})} onClose={close} />}
      <button
        ref={button}
        type="button"
        className="rdt-button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        Roomful devtools
      </button>
    </div>
  )
}
