import type { Device } from '../../world/device'
import type { Random } from '../../world/random'
import type { TokenFacts } from '../../world/token'
import type { VirtualTime } from '../../world/virtual-time'
import type { AppProfile } from './profile'

type Make = (facts?: Partial<TokenFacts>) => string

/** Answers `auth` as apps do on their bad days. */
export class HostileAuth {
  isCalm = false
  /** Tokens that no server takes, in a row, by device. */
  readonly #bad = new Map<Device, number>()

  constructor(
    private readonly time: VirtualTime,
    private readonly rates: AppProfile['rates'],
    private readonly random: Random,
    private readonly fail: (text: string) => Error,
  ) {}

  badInRow(device: Device): number {
    return this.#bad.get(device) ?? 0
  }

  answer(device: Device, make: Make): string | Promise<string> {
    const { rates, random, isCalm } = this
    if (!isCalm) {
      if (random.chance(rates['auth-throws'])) throw this.fail('auth throws')
      if (random.chance(rates['auth-rejects'])) return Promise.reject(this.fail('auth rejects'))
      if (random.chance(rates['auth-hangs'] / 2)) return new Promise(() => {})
    }
    const lateMs = isCalm || !random.chance(rates['auth-late']) ? 0 : random.range(100, 12_000)
    if (lateMs === 0) return Promise.resolve(this.#token(device, make))
    return new Promise((resolve) => {
      this.time.schedule(lateMs, `${device.name}'s auth`, () => resolve(this.#token(device, make)))
    })
  }

  #token(device: Device, make: Make): string {
    const { rates, random, time } = this
    if (this.isCalm) return this.#note(device, make(), false)
    if (random.chance(rates['auth-old'])) return this.#note(device, make({ expiresAt: time.now - 1 }), true)
    if (random.chance(rates['auth-not-yet']))
      return this.#note(device, make({ notBefore: time.now + random.range(300, 3_000) }), true)
    if (random.chance(rates['auth-nonsense']))
      return this.#note(device, random.pick(['nonsense', 'a.b.c', '', '.']), true)
    return this.#note(device, make(), false)
  }

  #note(device: Device, token: string, isBad: boolean): string {
    this.#bad.set(device, isBad ? this.badInRow(device) + 1 : 0)
    return token
  }
}
