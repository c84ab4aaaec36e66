import { answerParent } from './child'
import { Device } from './device'

/** This many sign in at a time: the sign-in is not what is measured. */
const AT_ONCE = 20

export type Counted = { readonly frames: number; readonly lost: number }

const [url = '', listeners = '0', connections = '0'] = process.argv.slice(2)
const devices: Device[] = []

async function enter(n: number): Promise<void> {
  const device = await Device.open(url, `u${n}`, n % 2 === 0 ? 2 : 1)
  if (!device.isOpen) throw new Error(`u${n} was not let in`)
  devices.push(device)
  if (n < Number(listeners)) await device.ask('join-rooms', { roomIds: ['general'] })
}

for (let n = 0; n < Number(connections); n += AT_ONCE)
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, Number(connections) - n) }, (_, i) => enter(n + i)),
  )

answerParent(
  'in',
  (): Counted => ({
    frames: devices.reduce((sum, { frames }) => sum + frames, 0),
    lost: devices.filter(({ isOpen }) => !isOpen).length,
  }),
)
