import type { Device } from '../hub/device'
import type { Reader, Store } from '../stores/port'

/** The device that asked has disconnected: nothing is read for it, and its answer goes nowhere. */
export class DeviceGone extends Error {
  override readonly name = 'DeviceGone'
}

/**
 * Reads what a device asks for in one snapshot. When its connection ends, the work ends before its next step: otherwise
 * a client that asks and hangs up would cost as much as one that waits, and could do so again at once.
 */
export function readFor<T>(
  { store }: { readonly store: Pick<Store, 'read'> },
  device: Device,
  reads: (reader: Reader) => Promise<T>,
): Promise<T> {
  return store.read((reader) => {
    checkIsHere(device)
    return reads(whileHere(reader, device))
  })
}

export function checkIsHere(device: Device): void {
  if (device.isGone) throw new DeviceGone('the device is gone')
}

function whileHere(reader: Reader, device: Device): Reader {
  return new Proxy(reader, {
    get(target, name, self) {
      checkIsHere(device)
      return Reflect.get(target, name, self)
    },
  })
}
