import { type Chat, ChatError, type Room, type ShownMessage } from '@roomful/client'
import { signToken } from '@roomful/server'
import { type Actor, type Recorder, waitUntil } from '@roomful/testing'
import { createTestClient } from '@roomful/testing/node'

export const CROWD_SECRET = 'a secret for the crowd only, 32 bytes'
const ROOM = 'general'

export type Device = { readonly who: Actor; readonly chat: Chat; readonly room: Room }

/** This many users, each with one device, all in one room. */
export async function gather(url: string, count: number): Promise<Device[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const user = `user-${String(i + 1).padStart(2, '0')}`
      const chat = await createTestClient({ url, token: tokenFor }, user)
      const room = chat.room(ROOM)
      await room.open()
      return { who: { user, device: `${user}-device` }, chat, room }
    }),
  )
}

export const tokenFor = (user: string | { readonly id: string; readonly name?: string }): Promise<string> => {
  const { id, name = id } = typeof user === 'string' ? { id: user, name: user } : user
  return signToken(CROWD_SECRET, { id, name })
}

/**
 * Every device sends `count` messages: half of them at once, each of the others when one is confirmed, so that there is
 * something to send at any moment. Every tenth goes out a second time, past the outbox, with the same clientId, while
 * the first is in flight. Resolves when all have an outcome; calls `onConfirmed` for each.
 */
export async function sendAll(
  devices: readonly Device[],
  count: number,
  recorder: Recorder,
  onConfirmed: (confirmed: number) => void = () => {},
): Promise<void> {
  let confirmed = 0
  await Promise.all(
    devices.map(async (device) => {
      let next = 0
      const one = async (): Promise<void> => {
        const number = next++
        if (number >= count) return
        const sent = recorder.send(device.who, device.room, `${device.who.user} says ${number}`)
        const again = number % 10 === 0 ? sendAgain(device, sent.clientId) : undefined
        await sent
        onConfirmed(++confirmed)
        await again
        await one()
      }
      await Promise.all(Array.from({ length: count / 2 }, one))
    }),
  )
}

/**
 * The same message by another way, once the outbox has it in flight: sooner, it would overtake what is queued before
 * it, and the checker would rightly report the order as broken.
 */
async function sendAgain({ chat, room }: Device, clientId: string): Promise<void> {
  const shown = await underWay(room, clientId)
  if (shown?.clientId === undefined) return
  const { content, type, roomId } = shown
  try {
    await chat.request('send-message', { roomId, content, type, clientId: shown.clientId })
  } catch (error) {
    // The connection may drop meanwhile, or the database fail: the outbox sends the message all the same.
    if (!(error instanceof ChatError) || !['OFFLINE', 'TIMEOUT', 'UNAVAILABLE'].includes(error.code))
      throw error
  }
}

function underWay(room: Room, clientId: string): Promise<ShownMessage | undefined> {
  return new Promise((resolve) => {
    const look = (): void => {
      const shown = room.messages().findLast((message) => message.clientId === clientId)
      if (shown?.status === 'queued') return
      stop()
      resolve(shown)
    }
    const stop = room.subscribe(look)
    look()
  })
}

/** Every device shows everything, and waits for nothing. */
export function settled(devices: readonly Device[], lastSeq: number): Promise<true> {
  return waitUntil('every device to be live and at the head', () =>
    devices.every(({ room, chat }) => {
      const state = room.getState()
      return state.status === 'live' && state.lastSeq === lastSeq && chat.getState().unsent === 0
    }),
  )
}

export async function disperse(devices: readonly Device[]): Promise<void> {
  await Promise.all(devices.map(({ chat }) => chat.close()))
}
