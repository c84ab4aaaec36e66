import type { ScrollPlace } from '@roomful/react/scroll'
import {
  createContext,
  type ReactElement,
  type ReactNode,
  type RefObject,
  useContext,
  useEffect,
  useRef,
} from 'react'
import { useAttempt } from '../ui/notices'

/** Shows a message, loaded or not, with a mark on it. */
type Jump = (place: ScrollPlace) => Promise<void>
const JumpContext = createContext<RefObject<Jump | null> | null>(null)

/** Around the message list and all that leads into it: quotes, pins, the choice of a date. */
export function JumpProvider({ children }: { children: ReactNode }): ReactElement {
  return <JumpContext value={useRef<Jump>(null)}>{children}</JumpContext>
}

function useJumpRef(): RefObject<Jump | null> {
  const jump = useContext(JumpContext)
  if (jump === null) throw new Error('This needs a <JumpProvider> above it')
  return jump
}

/** The list says how. */
export function useJumpsInto(jump: Jump): void {
  const ref = useJumpRef()
  useEffect(() => {
    ref.current = jump
    return () => {
      ref.current = null
    }
  }, [ref, jump])
}

/** To a message by its seq or id, or to the first of a time. A refusal is shown. */
export function useJump(): (place: ScrollPlace) => void {
  const ref = useJumpRef()
  const attempt = useAttempt()
  return (place) => attempt(ref.current?.(place) ?? Promise.resolve())
}
