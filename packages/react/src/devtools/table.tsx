import type { ReactElement, ReactNode } from 'react'

export type TableRow = {
  readonly key: string
  readonly cells: readonly ReactNode[]
  readonly isMarked?: boolean
}

/** The first cell of a row names it. */
export function Table({
  label,
  head,
  rows,
  empty,
}: {
  label: string
  head: readonly string[]
  rows: readonly TableRow[]
  empty: string
}): ReactElement {
  if (rows.length === 0) return <p className="rdt-empty">{empty}</p>
  return (
    <table aria-label={label}>
      <thead>
        <tr>
          {head.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells: [first, ...rest], isMarked = false }) => (
          <tr key={key} data-marked={isMarked}>
            <th scope="row">{first}</th>
            {rest.map((cell, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns do not move
              <td key={i}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
