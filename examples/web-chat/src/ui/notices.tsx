import type { ChatError } from '@roomful/client'
import {
  createContext,
  type ReactElement,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useState,
} from 'react'
import { errorText } from '../text/error-text'
import { IconButton } from './icon-button'

/** Long enough to read two lines twice. */
const NOTICE_MS = 8_000

const NoticeContext = createContext<(text: string) => void>(() => undefined)

/** Shows one notice at a time; it closes after a while or by a click. */
export function NoticeProvider({ children }: { children: ReactNode }): ReactElement {
  const [notice, setNotice] = useState<{ text: string } | null>(null)
  const show = useCallback((text: string) => setNotice({ text }), [])
  useEffect(() => {
    if (!notice) return
    const timer = setTimeout(() => setNotice(null), NOTICE_MS)
    return () => clearTimeout(timer)
  }, [notice])
  return (
    <NoticeContext.Provider value={show}>
      {children}
      <div className="notices" role="alert">
        {notice && (
          <div className="notice">
            <span>{notice.text}</span>
            <IconButton icon="close" label="Dismiss" onClick={() => setNotice(null)} />
          </div>
        )}
      </div>
    </NoticeContext.Provider>
  )
}

/** For requests that a click makes: a refusal is shown, never lost. */
export function useAttempt(): (action: Promise<unknown>) => void {
  const show = useContext(NoticeContext)
  return useCallback((action) => void action.catch((error: ChatError) => show(errorText(error))), [show])
}
