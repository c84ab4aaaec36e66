import {
  type ReactElement,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useSyncExternalStore,
} from 'react'
import { IconButton } from './icon-button'

/** Where the focus begins: the first field, the harmless one of the buttons, or what says so itself. */
const FIRST =
  '[data-first], input:not([type=radio]), input[type=radio]:checked, textarea, .dialog-buttons button'

/** Open dialogs, the topmost last. */
let open: readonly HTMLDialogElement[] = []
const listeners = new Set<() => void>()

function setOpen(next: readonly HTMLDialogElement[]): void {
  open = next
  for (const listener of listeners) listener()
}

/** The dialog that lies over everything else, if there is one. */
export function useTopDialog(): HTMLDialogElement | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => open.at(-1),
  )
}

/** Who has the focus behind a dialog: what opened it; where that is gone the dialog below it, or else the field. */
function heirOf(opener: Element | null): HTMLElement | null {
  if (opener instanceof HTMLElement && opener.isConnected && opener !== document.body) return opener
  return open.at(-1)?.querySelector<HTMLElement>('button') ?? document.querySelector('textarea')
}

/** The browser's own modal: it keeps the focus inside, closes on Escape and restores the focus. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string
  onClose: () => void
  children: ReactNode
}): ReactElement {
  const ref = useRef<HTMLDialogElement>(null)
  const pressed = useRef<EventTarget>(null)
  const titleId = useId()
  useEffect(() => {
    const dialog = ref.current
    if (!dialog) return
    const opener = document.activeElement
    if (!dialog.open) dialog.showModal()
    // The browser would take the first control, which is "Close".
    dialog.querySelector<HTMLElement>(FIRST)?.focus()
    setOpen([...open, dialog])
    return () => {
      setOpen(open.filter((other) => other !== dialog))
      dialog.close()
      // A browser gives the focus back for a dialog that is still in the page, and React has taken it out.
      if (document.activeElement === document.body) heirOf(opener)?.focus()
    }
  }, [])
  useLayoutEffect(() => {
    // What had the focus is gone, such as a row of a list: the dialog has it then, not the page.
    const { current } = ref
    if (current?.open && open.at(-1) === current && document.activeElement === document.body)
      current.querySelector<HTMLElement>('button')?.focus()
  })
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape is the dialog's own
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={titleId}
      onClose={(event) => event.target === ref.current && !ref.current.open && onClose()}
      // React hands on what happens to a dialog that is inside of this one.
      onCancel={(event) => event.target === ref.current && onClose()}
      onMouseDown={(event) => {
        pressed.current = event.target
      }}
      // Text that is selected past the edge ends in a click here, too.
      onClick={({ target }) => target === ref.current && target === pressed.current && onClose()}
    >
      <div className="dialog-body">
        <header className="dialog-header">
          <h2 id={titleId}>{title}</h2>
          <IconButton icon="close" label="Close" onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  )
}
