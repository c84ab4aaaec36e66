import { setPriority } from 'node:os'
import { answerParent } from './child'
import { Device } from './device'
import { PROGRAMS, type Program } from './programs'
import { ATTACKER } from './seed'

/** The frames of a second are sent in this many portions. */
const PORTIONS = 50
/** A program that goes as fast as it can: this many frames per portion and socket. */
const FLOOD = 200

/** Its results: answers by the code of the refusal or `ok`, and connections that the server closed. */
export type Attack = { readonly answers: Record<string, number>; readonly closed: number }

const [url = ''] = process.argv.slice(2)
// An attacker has their own machine: here they must not take the server's processor.
setPriority(10)

/** One program of one user, on all of their sockets; a closed socket is opened again at once. */
class Attacker {
  isOn = false
  #sent = 0
  #closed = 0
  readonly #answers: Record<string, number> = {}
  readonly #devices: (Device | 'opening' | undefined)[]

  constructor(private readonly program: Program) {
    this.#devices = Array.from({ length: program.sockets }, () => undefined)
  }

  async enter(): Promise<void> {
    await Promise.all(this.#devices.map((_, index) => this.#open(index)))
  }

  turn(): void {
    if (!this.isOn) return
    this.#devices.forEach((device, index) => {
      if (device === 'opening') return
      if (device === undefined) void this.#open(index)
      else if (!device.isOpen) this.#forget(index, device)
      else this.#send(device)
    })
  }

  count(): Attack {
    const answers = { ...this.#answers }
    for (const device of this.#devices) if (device instanceof Device) add(answers, device.answers)
    return { answers, closed: this.#closed }
  }

  leave(): void {
    this.isOn = false
    for (const device of this.#devices) if (device instanceof Device) device.close()
  }

  async #open(index: number): Promise<void> {
    this.#devices[index] = 'opening'
    const device = await Device.open(url, ATTACKER)
    if (this.program.mute) device.mute()
    this.#devices[index] = device
  }

  #forget(index: number, device: Device): void {
    add(this.#answers, device.answers)
    this.#closed++
    this.#devices[index] = undefined
  }

  #send(device: Device): void {
    const { perSecond, frames, storm } = this.program
    const most = perSecond === 0 ? FLOOD : Math.max(1, Math.round(perSecond / PORTIONS))
    for (let n = 0; n < most; n++) device.emit(...frames(this.#sent++))
    if (storm) device.close()
  }
}

function add(all: Record<string, number>, more: Record<string, number>): void {
  for (const [code, count] of Object.entries(more)) all[code] = (all[code] ?? 0) + count
}

let attacker: Attacker | undefined
setInterval(() => attacker?.turn(), 1_000 / PORTIONS)

answerParent('in', async (word): Promise<Attack | null> => {
  const counted = attacker?.count() ?? null
  switch (word) {
    case 'on':
    case 'off':
      if (attacker) attacker.isOn = word === 'on'
      return counted
    case 'leave':
      attacker?.leave()
      attacker = undefined
      return counted
    default: {
      const program = PROGRAMS.find(({ name }) => name === word)
      if (!program) throw new Error(`there is no program "${word}"`)
      attacker = new Attacker(program)
      await attacker.enter()
      return null
    }
  }
})
