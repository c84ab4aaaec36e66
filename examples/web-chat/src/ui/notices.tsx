import type { ChatError } from '@roomful/client'
import {
  createContext,
  type ReactElement,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
} from 'react'
import { createPortal } from 'react-dom'
import { errorText } from '../text/error-text'
import { useTopDialog } from './dialog'
import { IconButton } from './icon-button'
import { isField } from './is-field'

/** Long enough to read two lines twice. */
const NOTICE_MS = 8_000
/** Long enough to see a mistake, short enough that the others see the change soon. */
const UNDO_MS = 5_000

type Notice = {
  readonly text: string
  readonly ms: number
  readonly undo?: () => void
  /** It is gone, and nobody has undone it. */
  readonly onGone?: () => void
}
type Notices = {
  show(text: string): void
  /** `commit` runs once the time to undo is over, the notice is dismissed, or the page is left; or else `undo` does. */
  showUndo(text: string, actions: { commit(): void; undo(): void }): void
}

const NoticeContext = createContext<Notices | null>(null)

/** Shows one notice at a time; it closes after a while or by a click. */
export function NoticeProvider({ children }: { children: ReactNode }): ReactElement {
  const [notice, setNotice] = useState<Notice | null>(null)
  const current = useRef<Notice | null>(null)
  const dialog = useTopDialog()
  const focusBefore = useRef<Element | null>(null)
  const [hasFocus, setHasFocus] = useState(false)

  const [notices] = useState((): Notices => {
    const replace = (next: Notice | null) => {
      const last = current.current
      current.current = next
      if (!last) focusBefore.current = document.activeElement
      setNotice(next)
      last?.onGone?.()
    }
    return {
      show: (text) => replace({ text, ms: NOTICE_MS }),
      showUndo: (text, { commit, undo }) => replace({ text, ms: UNDO_MS, undo, onGone: commit }),
    }
  })
  const end = useCallback((ended: Notice | null, isUndone: boolean) => {
    if (ended === null || current.current !== ended) return
    current.current = null
    setNotice(null)
    if (isUndone) ended.undo?.()
    else ended.onGone?.()
  }, [])

  useEffect(() => {
    // Not while its buttons are being used.
    if (!notice || hasFocus) return
    const timer = setTimeout(() => end(notice, false), notice.ms)
    return () => clearTimeout(timer)
  }, [notice, hasFocus, end])
  useEffect(() => {
    const { current: before } = focusBefore
    if (notice) return
    setHasFocus(false)
    focusBefore.current = null
    // The button that was pressed is gone.
    if (before instanceof HTMLElement && document.activeElement === document.body) {
      if (before.isConnected) before.focus({ preventScroll: true })
      else document.querySelector('textarea')?.focus()
    }
  }, [notice])
  useEffect(() => {
    if (!notice?.undo) return
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey || isField(event.target))
        return
      event.preventDefault()
      end(notice, true)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [notice, end])
  useEffect(() => {
    const leave = () => end(current.current, false)
    window.addEventListener('pagehide', leave)
    return () => {
      window.removeEventListener('pagehide', leave)
      leave()
    }
  }, [end])

  const shown = (
    <div className="notices" role="alert">
      {notice && (
        // biome-ignore lint/a11y/noStaticElementInteractions: it only notes that one of its buttons has the focus
        <div className="notice" onFocus={() => setHasFocus(true)} onBlur={() => setHasFocus(false)}>
          <span>{notice.text}</span>
          {notice.undo && (
            <button
              type="button"
              className="link-button"
              title="Undo (Ctrl+Z)"
              aria-keyshortcuts="Control+Z"
              onClick={() => end(notice, true)}
            >
              Undo
            </button>
          )}
          <IconButton icon="close" label="Dismiss" onClick={() => end(notice, false)} />
        </div>
      )}
    </div>
  )
  return (
    <NoticeContext.Provider value={notices}>
      {children}
      {/* What is outside of a modal dialog lies under it, and cannot be clicked. */}
      {dialog ? createPortal(shown, dialog) : shown}
    </NoticeContext.Provider>
  )
}

export function useNotices(): Notices {
  const notices = useContext(NoticeContext)
  if (notices === null) throw new Error('This needs a <NoticeProvider> above it')
  return notices
}

/** For requests that a click makes: a refusal is shown, never lost. */
export function useAttempt(): (action: Promise<unknown>) => void {
  const { show } = useNotices()
  return useCallback((action) => void action.catch((error: ChatError) => show(errorText(error))), [show])
}
