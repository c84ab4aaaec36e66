import { type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from 'react'
import { Dialog } from '../ui/dialog'
import { Icon } from '../ui/icon'
import { useAttempt } from '../ui/notices'
import { type Command, type Entry, useEntries } from './use-entries'
import '../styles/palette.css'

/** One field for all that can be reached: rooms, people, commands. Arrows choose, Enter goes. */
export function Palette({
  commands,
  onClose,
}: {
  commands: readonly Command[]
  onClose: () => void
}): ReactElement {
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState(0)
  const attempt = useAttempt()
  const listId = useId()
  const groups = useEntries(query, commands)
  const entries = groups.flatMap((group) => group.entries)
  const at = Math.min(chosen, entries.length - 1)
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (at >= 0) list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [at])

  const run = (entry: Entry | undefined) => {
    if (!entry) return
    onClose()
    attempt(Promise.resolve(entry.run()))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const steps: Partial<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 }
    const step = steps[event.key]
    if (event.key === 'Enter') run(entries[at])
    else if (step !== undefined && entries.length > 0)
      setChosen((at + step + entries.length) % entries.length)
    else return
    event.preventDefault()
  }

  return (
    <Dialog title="Go to" onClose={onClose}>
      <input
        className="palette-field"
        role="combobox"
        aria-label="Rooms, people, commands"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={entries[at] && `${listId}-${at}`}
        placeholder="Rooms, people, commands"
        maxLength={100}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value)
          setChosen(0)
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id={listId} className="palette-list" role="listbox" aria-label="Found">
        {groups.map(({ title, entries: inGroup }) => (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
          <div key={title} role="group" aria-label={title}>
            <p className="palette-title" aria-hidden="true">
              {title}
            </p>
            {inGroup.map((entry) => {
              const place = entries.indexOf(entry)
              return (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus and the keys
                // biome-ignore lint/a11y/useFocusableInteractive: the same
                <div
                  key={entry.key}
                  id={`${listId}-${place}`}
                  role="option"
                  aria-selected={place === at}
                  className="palette-entry"
                  onPointerMove={() => setChosen(place)}
                  onClick={() => run(entry)}
                >
                  <Icon name={entry.icon} />
                  <bdi className="grow clip">{entry.text}</bdi>
                  {entry.hint && <span className="muted">{entry.hint}</span>}
                </div>
              )
            })}
          </div>
        ))}
      </div>
      {entries.length === 0 && (
        <p className="muted" role="status">
          Nothing has that in its name.
        </p>
      )}
    </Dialog>
  )
}
