import { Device } from './device'

const SENDERS = 5

/** Users who write now and then, in the room that all have open, and measure the time to the ack. */
export class Probe {
  readonly #devices: Device[] = []
  #sent = 0

  static async enter(url: string): Promise<Probe> {
    const probe = new Probe()
    for (let n = 0; n < SENDERS; n++) {
      const device = await Device.open(url, `probe${n}`)
      await device.ask('join-rooms', { roomIds: ['general'] })
      probe.#devices.push(device)
    }
    return probe
  }

  get isIn(): boolean {
    return this.#devices.every(({ isOpen }) => isOpen)
  }

  /** Latencies in milliseconds. Each writes once in `everyMs`, the next time only after the last ack. */
  async run(ms: number, everyMs: number): Promise<number[]> {
    const latencies: number[] = []
    const endsAt = performance.now() + ms
    const write = async (device: Device, index: number): Promise<void> => {
      await pause((everyMs * index) / SENDERS)
      while (performance.now() < endsAt && device.isOpen) {
        const sentAt = performance.now()
        const clientId = `siege-${Date.now().toString(36)}-${this.#sent++}`
        const answer = await device.ask('send-message', { roomId: 'general', content: 'A line.', clientId })
        latencies.push(
          answer?.startsWith('[{"ok":true') ? performance.now() - sentAt : Number.POSITIVE_INFINITY,
        )
        await pause(everyMs - (performance.now() - sentAt))
      }
    }
    await Promise.all(this.#devices.map(write))
    return latencies
  }

  leave(): void {
    for (const device of this.#devices) device.close()
  }
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))
