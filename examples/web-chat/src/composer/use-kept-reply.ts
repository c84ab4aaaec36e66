import { type Composer, useRoom } from '@roomful/react'
import { useEffect, useRef } from 'react'
import { keepReply, keptReply } from './kept-replies'

/** Takes the reply of an earlier page up again, as soon as the message that it answers is loaded. */
export function useKeptReply({ replyTo, reply, editing }: Composer): void {
  const room = useRoom()
  const wanted = useRef<string | null>(null)
  useEffect(() => {
    wanted.current = keptReply(room.id) ?? null
    const look = () => {
      if (wanted.current === null) return
      const message = room.messages().find(({ id }) => id === wanted.current)
      if (!message) return
      wanted.current = null
      if (!message.deleted) reply(message)
    }
    look()
    if (wanted.current === null) return
    return room.subscribe(look)
  }, [room, reply])

  const answered = replyTo?.id ?? null
  useEffect(() => {
    // What the user does now comes before what they did then.
    if (answered !== null || editing) wanted.current = null
    if (wanted.current === null) keepReply(room.id, answered)
  }, [room, answered, editing])
}
