// With `declaration: true` TypeScript writes these inferred types into `out`, under pnpm through this app's own
// dependencies only (else TS2742).
import { createChat } from '@roomful/client'
import { useRooms } from '@roomful/react'
import { useMessageScroll } from '@roomful/react/scroll'

export const chat = createChat({ url: process.env.ROOMFUL_URL ?? '', auth: process.env.ROOMFUL_TOKEN ?? '' })
export const room = chat.room('general')
export const listRooms = () => chat.listRooms()
export const useShown = () => ({ rooms: useRooms(), scroll: useMessageScroll() })

await room.open()
export const sent = await room.send('hello')
await chat.close()
