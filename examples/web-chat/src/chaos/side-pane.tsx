import { ChatProvider, RoomProvider } from '@roomful/react'
import { type FormEvent, type ReactElement, useState } from 'react'
import { Avatar } from '../ui/avatar'
import { FaultSwitches } from './fault-switches'
import type { Lab } from './lab'
import type { SideName } from './schedule'
import type { Side } from './side'
import { SideLog } from './side-log'
import { SideState } from './side-state'
import { useLife } from './use-lab'

/** One of the two: a whole client with its own identity, network and disk. A reload is another client. */
export function SidePane({
  lab,
  name,
  onInspect,
}: {
  lab: Lab
  name: SideName
  onInspect: () => void
}): ReactElement {
  const side = lab.sides[name]
  const life = useLife(side)
  return (
    <section className="chaos-side" aria-label={side.guest.name} data-side={name} data-life={life.no}>
      <ChatProvider chat={life.chat} key={life.no}>
        <RoomProvider id={life.room.id}>
          <header>
            <Avatar id={side.guest.userId} name={side.guest.name} />
            <div className="grow">
              <h2>{side.guest.name}</h2>
              <SideState />
            </div>
            <button type="button" className="button" data-action="inspect" onClick={onInspect}>
              Inspect
            </button>
            <button type="button" className="button" data-action="reload" onClick={() => lab.reload(name)}>
              Reload
            </button>
          </header>
          <SideLog myId={side.guest.userId} label={`What ${side.guest.name} sees`} />
        </RoomProvider>
      </ChatProvider>
      <SideComposer side={side} />
      <FaultSwitches lab={lab} side={side} />
    </section>
  )
}

/** Kept over a reload: it is the page's, not the client's. */
function SideComposer({ side }: { side: Side }): ReactElement {
  const [text, setText] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (text.trim() === '') return
    side.send(text)
    setText('')
  }
  return (
    <form className="chaos-composer" onSubmit={submit}>
      <input
        aria-label={`Message as ${side.guest.name}`}
        placeholder={`Write as ${side.guest.name}`}
        maxLength={500}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" className="button" disabled={text.trim() === ''}>
        Send
      </button>
    </form>
  )
}
