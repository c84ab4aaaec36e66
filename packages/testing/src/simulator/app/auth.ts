import type { Program } from '../../world/program'
import type { Random } from '../../world/random'
import type { TokenFacts } from '../../world/token'
import type { VirtualTime } from '../../world/virtual-time'
import type { AppProfile } from './profile'

type Make = (facts?: Partial<TokenFacts>) => string

/** Answers `auth` as apps do on bad days. */
export class HostileAuth {
  isCalm = false
  /** Tokens in a row that no server accepts. By program: one that has ended may get a late answer, which it ignores. */
  readonly #bad = new Map<Program, number>()
  readonly #calls = new Map<Program, number>()

  constructor(
    private readonly time: VirtualTime,
    private readonly rates: AppProfile['rates'],
    private readonly random: Random,
    private readonly fail: (text: string) => Error,
  ) {}

  badInRow(program: Program): number {
    return this.#bad.get(program) ?? 0
  }

  answer(program: Program, make: Make): string | Promise<string> {
    const { rates, random, isCalm } = this
    const call = (this.#calls.get(program) ?? 0) + 1
    this.#calls.set(program, call)
    const token = (): string => {
      const { text, isBad } = this.#token(make)
      // Of an earlier call the client has given up the answer.
      if (this.#calls.get(program) === call) this.#bad.set(program, isBad ? this.badInRow(program) + 1 : 0)
      return text
    }
    if (!isCalm) {
      if (random.chance(rates['auth-throws'])) throw this.fail('auth throws')
      if (random.chance(rates['auth-rejects'])) return Promise.reject(this.fail('auth rejects'))
      if (random.chance(rates['auth-hangs'] / 2)) return new Promise(() => {})
    }
    const lateMs = isCalm || !random.chance(rates['auth-late']) ? 0 : random.range(100, 12_000)
    if (lateMs === 0) return Promise.resolve(token())
    return new Promise((resolve) => {
      this.time.schedule(lateMs, 'auth answers late', () => resolve(token()))
    })
  }

  #token(make: Make): { readonly text: string; readonly isBad: boolean } {
    const { rates, random, time } = this
    if (this.isCalm) return { text: make(), isBad: false }
    if (random.chance(rates['auth-old'])) return { text: make({ expiresAt: time.now - 1 }), isBad: true }
    if (random.chance(rates['auth-not-yet']))
      return { text: make({ notBefore: time.now + random.range(300, 3_000) }), isBad: true }
    if (random.chance(rates['auth-nonsense']))
      return { text: random.pick(['nonsense', 'a.b.c', '', '.']), isBad: true }
    return { text: make(), isBad: false }
  }
}
