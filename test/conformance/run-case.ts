import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Case, Protocol, Step, Who } from './case'
import { fill, mismatch, type Pattern, partOf } from './match'
import { Peer } from './peer'

export type User = { readonly id: string; readonly token: string }
export type Users = Readonly<Record<'a' | 'b' | 'c', User>>
export type Result = { readonly name: string; readonly protocol: Protocol; readonly failure?: string }

/** How often a rate-limited step is repeated: a server with low limits makes the run slow, not red. */
const RATE_LIMIT_TRIES = 20

/** Plays one script in a separate room. */
export async function runCase(url: string, users: Users, one: Case, protocol: Protocol): Promise<Result> {
  const { name } = one
  const stage = new Stage(url, users, protocol)
  let at = 0
  try {
    await stage.prepare()
    for (const step of one.steps) {
      at++
      await stage.play(step)
    }
    return { name, protocol }
  } catch (error) {
    const failure = `step ${at} (${labelOf(one.steps[at - 1])}): ${error instanceof Error ? error.message : error}`
    return { name, protocol, failure }
  } finally {
    stage.close()
  }
}

function labelOf(step: Step | undefined): string {
  if (step === undefined) return 'preparing'
  return `${step.kind} ${step.who} ${step.event}`
}

class Stage {
  readonly #peers = new Map<string, Peer>()
  readonly #names = new Map<string, unknown>()

  constructor(
    readonly url: string,
    readonly users: Users,
    readonly protocol: Protocol,
  ) {
    for (let i = 1; i <= 9; i++) this.#names.set(`id${i}`, randomUUID())
    for (const [who, { id }] of Object.entries(users)) this.#names.set(who, id)
  }

  /**
   * A private room of `a` and `b`. Created by protocol 2, in every case: the reference has no such event. `c` connects
   * once, so that the server knows the user.
   */
  async prepare(): Promise<void> {
    const all = await Promise.all((['a', 'b', 'c'] as const).map((who) => this.#connect(who, 2)))
    try {
      const members = [this.users.b.id]
      const made = await all[0]?.ask('create-room', { name: 'Conformance', type: 'private', members })
      const wrong = mismatch(made, { ok: true })
      if (wrong) throw new Error(wrong)
      this.#names.set('room', partOf(made, 'room.id'))
    } finally {
      for (const peer of all) peer.close()
    }
  }

  async play(step: Step): Promise<void> {
    const peer = await this.#peer(step.who)
    switch (step.kind) {
      case 'tell':
        return peer.tell(step.event, this.#fill(step.payload))
      case 'ask': {
        const answer = await this.#ask(peer, step.event, this.#fill(step.payload))
        const wrong = mismatch(answer, this.#pattern(step.expect))
        if (wrong) throw new Error(wrong)
        return this.#keep(answer, step.keep)
      }
      case 'see':
        return this.#keep(await peer.see(step.event, this.#pattern(step.expect)), step.keep)
      case 'miss': {
        await peer.ask('fetch-history', { roomId: this.#names.get('room'), limit: 1 })
        if (peer.has(step.event, this.#pattern(step.expect))) throw new Error(`${step.event} came`)
      }
    }
  }

  close(): void {
    for (const peer of this.#peers.values()) peer.close()
  }

  async #peer(who: Who): Promise<Peer> {
    const there = this.#peers.get(who)
    if (there) return there
    const peer = await this.#connect(who, this.protocol)
    this.#peers.set(who, peer)
    return peer
  }

  #connect(who: Who, protocol: Protocol): Promise<Peer> {
    const user = who.startsWith('a') ? this.users.a : who.startsWith('b') ? this.users.b : this.users.c
    return Peer.connect(this.url, user.token, protocol)
  }

  async #ask(peer: Peer, event: string, payload: unknown): Promise<unknown> {
    for (let tries = 0; ; tries++) {
      const answer = await peer.ask(event, payload)
      if (mismatch(answer, { code: 'RATE_LIMITED' }) !== undefined || tries === RATE_LIMIT_TRIES)
        return answer
      await delay(Number(partOf(answer, 'retryAfterMs')) || 1_000)
    }
  }

  #fill(value: unknown): unknown {
    return fill(this.#withClientIds(value), this.#names)
  }

  #pattern(pattern: Pattern): Pattern {
    // `fill` keeps the shape: only texts that are names change.
    return fill(this.#withClientIds(pattern), this.#names) as Pattern
  }

  /** `$client-name` is a fresh clientId at its first mention. */
  #withClientIds<T>(value: T): T {
    for (const [name] of JSON.stringify(value)?.matchAll(/(?<=")\$client-[\w-]+(?=")/g) ?? []) {
      if (!this.#names.has(name.slice(1))) this.#names.set(name.slice(1), randomUUID())
    }
    return value
  }

  #keep(value: unknown, keep: Readonly<Record<string, string>> = {}): void {
    for (const [name, path] of Object.entries(keep)) this.#names.set(name, partOf(value, path))
  }
}
