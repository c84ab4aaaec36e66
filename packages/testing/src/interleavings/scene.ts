import type { Room } from '@roomful/client'
import { asRoomId, asUserId } from '@roomful/protocol'
import type { Device } from '../world/device'
import type { Frame, Verdict } from '../world/faults'
import { type RunningWorld, startWorld, type TestWorldOptions } from '../world/test-world'
import type { TrueRoom } from '../world/truth'

export const ROOM = 'general'

/** A world for one scripted schedule: each frame's fate is set beforehand, then time passes. */
export class Scene {
  private constructor(readonly kit: RunningWorld) {}

  static async of(options: Partial<TestWorldOptions> = {}): Promise<Scene> {
    return new Scene(await startWorld({ users: ['ann', 'bob', 'cat'], ...options }))
  }

  get world() {
    return this.kit.world
  }
  device(name: string): Device {
    return this.kit.device(name)
  }
  room(name: string): Room {
    return this.device(name).room(ROOM)
  }
  get truth(): TrueRoom {
    const room = this.world.truth.present.rooms.get(ROOM)
    if (room === undefined) throw new Error('the room is there from the beginning')
    return room
  }

  /** These devices look at the room, and are live. */
  async open(...names: string[]): Promise<void> {
    for (const name of names)
      this.device(name)
        .open(ROOM)
        .catch(() => {})
    await this.kit.settle()
  }

  /** The first frame that matches gets this fate; `times`: the first few. */
  meets(verdict: Verdict, fits: (frame: Frame) => boolean, times = 1): void {
    const { rules } = this.world.context
    let left = times
    rules.push((frame) => {
      if (left === 0 || !fits(frame)) return undefined
      left--
      return verdict
    })
  }

  pass(ms: number): Promise<void> {
    return this.kit.advance(ms)
  }

  /** Events one by one, until the condition is true. */
  async until(isSo: () => boolean): Promise<void> {
    const end = this.world.time.now + 60_000
    while (!isSo()) {
      if (!(await this.world.turn(end))) throw new Error('it never became so')
    }
  }

  /** The confirmed messages, as this device shows them. */
  texts(name: string): string[] {
    return this.room(name)
      .messages()
      .filter((message) => message.seq > 0 && !message.deleted)
      .map((message) => message.content)
  }

  /** All faults end, everything converges, and nothing was broken on the way. */
  async ends(): Promise<void> {
    this.kit.faults.heal()
    await this.kit.expectConverged()
  }

  get #pipeline() {
    const [node] = this.world.nodes
    if (node === undefined) throw new Error('a node is up')
    return node.chatNode.services.pipeline
  }

  /** Every message of one user gets an exclamation mark. */
  async editAll(user: string): Promise<void> {
    const actor = { id: asUserId(user), name: user, admin: false }
    const at = this.world.time.now
    const edits = this.truth.rows
      .filter((row) => row.senderId === user)
      .map(({ id, content }) => ({ kind: 'edit', actor, at, messageId: id, content: `${content}!` }) as const)
    await this.#pipeline.submitAll(asRoomId(ROOM), edits)
  }

  /** This many messages of one user, without the wait of sending them. */
  fill(user: string, count: number): Promise<void> {
    return this.kit.fill(ROOM, user, count)
  }
}

export const toClient = (device: string, event: string) => (frame: Frame) =>
  frame.to === 'client' && frame.device === device && frame.event === event && !frame.isAck

export const answerTo = (device: string, event: string) => (frame: Frame) =>
  frame.isAck && frame.device === device && frame.event === event

export const requestOf = (device: string, event: string) => (frame: Frame) =>
  frame.to === 'server' && frame.device === device && frame.event === event
