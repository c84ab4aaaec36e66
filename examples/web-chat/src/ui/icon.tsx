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
  attach:
    'M20 11l-8.5 8.500a5 5 0 0 1-7-7L13 4a3.3 3.300 0 0 1 4.700 4.700L9.5 17a1.700 1.700 0 0 1-2.400-2.400L15 6.500',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  play: 'M8 5l11 7-11 7z',
  search: 'M16 16l4.5 4.500M18 11a7 7 0 1 1-14 0 7 7 0 0 1 14 0z',
  people:
    'M3 19c.5-3.5 3-5 6-5s5.5 1.5 6 5M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM16 4.500a3.3 3.3 0 0 1 0 6.200M17.5 14.300c2 .6 3.2 2.2 3.5 4.7',
  leave: 'M14 4h-8v16h8M10 12h11M17 8l4 4-4 4',
  smile:
    'M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0zM8.5 14.500c.8 1.3 2 2 3.5 2s2.7-.7 3.5-2M9 9.500v.500M15 9.500v.5',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  reply: 'M9 7L4 12l5 5M4 12h9a7 7 0 0 1 7 7',
  edit: 'M4 20l1-4L16 5l3 3L8 19zM13.5 7.500l3 3',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5',
  down: 'M12 5v14M6 13l6 6 6-6',
  hash: 'M5 9h15M4 15h15M10 4L8 20M16 4l-2 16',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  compass: 'M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0zM15.5 8.500l-2 5-5 2 2-5z',
  flag: 'M6 21V4M6 5h11l-2.5 4 2.500 4H6',
  more: 'M6 12v.100M12 12v.100M18 12v.100',
  shield: 'M12 3l7 3v5c0 4.500-3 8-7 10-4-2-7-5.500-7-10V6z',
  link: 'M10 14a4 4 0 0 0 6 .500l3-3a4.200 4.200 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.500l-3 3a4.200 4.200 0 0 0 6 6l1-1',
  'bell-off': 'M6 16v-5a6 6 0 0 1 12 0v5l1.500 2h-15zM10 20.500h4M4 4l16 16',
  bell: 'M6 16v-5a6 6 0 0 1 12 0v5l1.500 2h-15zM10 20.500h4',
  settings:
    'M4 7h9M17 7h3M4 17h3M11 17h9M15 9.500a2.5 2.500 0 1 0 0-5 2.5 2.500 0 0 0 0 5zM9 19.500a2.5 2.500 0 1 0 0-5 2.5 2.500 0 0 0 0 5z',
  offline:
    'M12 9v4M12 16.200v.100M10.3 4.300L2.5 18a2 2 0 0 0 1.7 3h15.600a2 2 0 0 0 1.7-3L13.7 4.300a2 2 0 0 0-3.4 0z',
} as const

export type IconName = keyof typeof PATHS

/** They point where reading goes on, or where it came from. */
const DIRECTED = new Set<IconName>(['back', 'send', 'reply', 'leave'])

/** An icon beside a text, or with `label` instead of one. */
export function Icon({ name, label }: { name: IconName; label?: string }): ReactElement {
  const described = label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label }
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: named by aria-label, or decoration
    <svg className={DIRECTED.has(name) ? 'icon directed' : 'icon'} viewBox="0 0 24 24" {...described}>
      <path d={PATHS[name]} />
    </svg>
  )
}
