import type { ReactElement } from 'react'

/** Strokes in a square of 24. */
const PATHS = {
  back: 'M15 5l-7 7 7 7',
  send: 'M5 12h14M13 6l6 6-6 6',
  check: 'M5 12.5l4.5 4.500L19 7.5',
  read: 'M2 12.500l4.5 4.500L16 7.500M11.5 15.500L13 17l9-9.5',
  clock: 'M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  alert: 'M12 8v5M12 16.200v.100M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  close: 'M6 6l12 12M18 6L6 18',
  pin: 'M9 4h6l-.700 6 3.200 3v2h-11v-2l3.200-3zM12 15v5.500',
  plus: 'M12 5v14M5 12h14',
  search: 'M16 16l4.5 4.500M18 11a7 7 0 1 1-14 0 7 7 0 0 1 14 0z',
  people:
    'M3 19c.5-3.5 3-5 6-5s5.5 1.5 6 5M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM16 4.500a3.3 3.3 0 0 1 0 6.200M17.5 14.300c2 .6 3.2 2.2 3.5 4.7',
  leave: 'M14 4h-8v16h8M10 12h11M17 8l4 4-4 4',
  smile:
    'M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0zM8.5 14.500c.8 1.3 2 2 3.5 2s2.7-.7 3.5-2M9 9.500v.500M15 9.500v.5',
  reply: 'M9 7L4 12l5 5M4 12h9a7 7 0 0 1 7 7',
  edit: 'M4 20l1-4L16 5l3 3L8 19zM13.5 7.500l3 3',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5',
  down: 'M12 5v14M6 13l6 6 6-6',
  hash: 'M5 9h15M4 15h15M10 4L8 20M16 4l-2 16',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  offline:
    'M12 9v4M12 16.200v.100M10.3 4.300L2.5 18a2 2 0 0 0 1.7 3h15.600a2 2 0 0 0 1.7-3L13.7 4.300a2 2 0 0 0-3.4 0z',
} as const

export type IconName = keyof typeof PATHS

/** An icon beside a text, or with `label` instead of one. */
export function Icon({ name, label }: { name: IconName; label?: string }): ReactElement {
  const described = label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label }
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: named by aria-label, or decoration
    <svg className="icon" viewBox="0 0 24 24" {...described}>
      <path d={PATHS[name]} />
    </svg>
  )
}
