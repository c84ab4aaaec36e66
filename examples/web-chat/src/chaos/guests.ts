import { type Chat, ChatError, createChat } from '@roomful/client'
import { requestGuest, SERVER } from '../session/session'

export type Guest = { readonly token: string; readonly userId: string; readonly name: string }

/** Anna, Ben, and the third one who reads from the server what both should show. In a room of their own. */
export type Guests = {
  readonly anna: Guest
  readonly ben: Guest
  readonly observer: Chat
  readonly roomId: string
}

export async function inviteGuests(seed: number): Promise<Guests> {
  const [anna, ben, third] = await Promise.all(['Anna', 'Ben', 'Observer'].map(requestGuest))
  if (!anna || !ben || !third) throw new Error('The guests did not come')
  const observer = createChat({ url: SERVER, auth: third.token, storage: 'memory', tabs: 'separate' })
  const name = `Chaos ${seed}`
  const members = [anna.userId, ben.userId]
  const room = await observer.createRoom({ name, type: 'private', members }, { timeoutMs: 20_000 })
  await Promise.all([anna, ben].map((guest) => accept(guest, room.id)))
  return { anna, ben, observer, roomId: room.id }
}

/** A server may ask strangers before they are in a room. */
async function accept({ token }: Guest, roomId: string): Promise<void> {
  const chat = createChat({ url: SERVER, auth: token, storage: 'memory', tabs: 'separate' })
  try {
    await chat.acceptInvitation(roomId, { timeoutMs: 20_000 })
  } catch (error) {
    // Not asked: they are in it already.
    if (!(error instanceof ChatError && error.code === 'INVITATION_NOT_FOUND')) throw error
  } finally {
    await chat.close()
  }
}
