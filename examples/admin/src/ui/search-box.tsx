import { type FormEvent, type ReactElement, useState } from 'react'

type Props = {
  readonly label: string
  readonly query: string
  readonly onSearch: (query: string) => void
}

/** What is typed counts when it is sent: each search reads many rows. */
export function SearchBox({ label, query, onSearch }: Props): ReactElement {
  const [text, setText] = useState(query)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onSearch(text.trim())
  }
  return (
    <search>
      <form className="search" onSubmit={submit}>
        <input
          type="search"
          aria-label={label}
          placeholder="Name or id"
          maxLength={100}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button">
          Search
        </button>
      </form>
    </search>
  )
}
