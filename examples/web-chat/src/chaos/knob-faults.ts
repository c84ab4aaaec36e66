import type { FaultKnobs } from '@roomful/client/faults'

/** The faults that the page has a switch for: what it turns on, and how it shows that it is on. */
export const KNOB_FAULTS = [
  { name: 'offline', label: 'Offline', hint: 'no network at all', on: { network: 'offline' } },
  { name: 'half-open', label: 'Half-open', hint: 'looks up, carries nothing', on: { network: 'half-open' } },
  { name: 'loss', label: 'Loss', hint: '15 % of all frames vanish', on: { loss: 0.15 } },
  { name: 'doubled', label: 'Doubled', hint: '30 % arrive twice', on: { double: 0.3 } },
  { name: 'reordered', label: 'Reordered', hint: '30 % are overtaken', on: { reorder: 0.3 } },
  { name: 'slow', label: 'Slow', hint: '400 ms each way', on: { latencyMs: 400 } },
  { name: 'cuts', label: 'Cuts', hint: 'cut every 2.5 s', on: { cutEveryMs: 2_500 } },
  { name: 'disk full', label: 'Disk full', hint: 'no write is kept', on: { disk: 'full' } },
] as const satisfies readonly { name: string; label: string; hint: string; on: Partial<FaultKnobs> }[]

export type KnobFault = (typeof KNOB_FAULTS)[number]

const OFF: FaultKnobs = {
  ...{ network: 'up', loss: 0, double: 0, reorder: 0, latencyMs: 0, cutEveryMs: 0, disk: 'ok' },
}

/** The same knobs as they are without a fault. */
export function offOf(knobs: Partial<FaultKnobs>): Partial<FaultKnobs> {
  return Object.fromEntries(Object.entries(OFF).filter(([name]) => name in knobs))
}

export function isOn({ name }: KnobFault, knobs: FaultKnobs): boolean {
  switch (name) {
    case 'offline':
    case 'half-open':
      return knobs.network === name
    case 'loss':
      return knobs.loss > 0
    case 'doubled':
      return knobs.double > 0
    case 'reordered':
      return knobs.reorder > 0
    case 'slow':
      return knobs.latencyMs > 0
    case 'cuts':
      return knobs.cutEveryMs > 0
    case 'disk full':
      return knobs.disk === 'full'
  }
}
