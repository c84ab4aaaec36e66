import { useChat, useRoom, useRoomSelector } from '@roomful/react'
import { type FormEvent, type ReactElement, useState } from 'react'
import { ConfirmDialog } from '../ui/confirm-dialog'
import { Dialog } from '../ui/dialog'
import { useAttempt, useNotices } from '../ui/notices'
import { topicOf } from './topic'

/** The server's limit (`LIMITS.roomNameLength`). */
const NAME_LENGTH = 100
const TOPIC_LENGTH = 250
const SLOW = [
  [0, 'Off'],
  [10, '10 seconds'],
  [30, '30 seconds'],
  [60, 'One minute'],
  [300, 'Five minutes'],
  [3_600, 'One hour'],
] as const

/** For those who moderate the room: name, topic, who may write and how often, and its end. */
export function RoomSettings({ onClose }: { onClose: () => void }): ReactElement | null {
  const chat = useChat()
  const { id } = useRoom()
  const attempt = useAttempt()
  const { show } = useNotices()
  const row = useRoomSelector((state) => state.room)
  const [name, setName] = useState(row?.name ?? '')
  const [topic, setTopic] = useState(topicOf(row))
  const [archives, setArchives] = useState(false)
  if (!row) return null
  const { settings, metadata } = row

  const change = (part: {
    name?: string
    metadata?: typeof metadata
    settings?: { readOnly?: boolean; slowModeSeconds?: number; archived?: boolean }
  }) => chat.request('update-room', { roomId: id, ...part })
  const save = (event: FormEvent) => {
    event.preventDefault()
    attempt(
      change({ name: name.trim(), metadata: { ...metadata, topic: topic.trim() } }).then(() =>
        show('Saved.'),
      ),
    )
  }
  const slow = settings.slowModeSeconds ?? 0

  return (
    <Dialog title="Room settings" onClose={onClose}>
      <form className="stack" onSubmit={save}>
        <label className="field">
          <span>Room name</span>
          <input
            required
            maxLength={NAME_LENGTH}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="field">
          <span>Topic</span>
          <input maxLength={TOPIC_LENGTH} value={topic} onChange={(event) => setTopic(event.target.value)} />
        </label>
        <button type="submit" className="button primary" disabled={name.trim() === ''}>
          Save
        </button>
      </form>
      <label className="field">
        <span>Slow mode</span>
        <select
          value={slow}
          onChange={(event) => attempt(change({ settings: { slowModeSeconds: Number(event.target.value) } }))}
        >
          {SLOW.some(([seconds]) => seconds === slow) || <option value={slow}>{slow} seconds</option>}
          {SLOW.map(([seconds, text]) => (
            <option key={seconds} value={seconds}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <label className="choice">
        <input
          type="checkbox"
          checked={settings.readOnly ?? false}
          onChange={(event) => attempt(change({ settings: { readOnly: event.target.checked } }))}
        />
        <span>Only owners and admins write</span>
      </label>
      <button
        type="button"
        className={settings.archived ? 'button' : 'button danger'}
        onClick={() =>
          settings.archived ? attempt(change({ settings: { archived: false } })) : setArchives(true)
        }
      >
        {settings.archived ? 'Open the room again' : 'Archive this room'}
      </button>
      {archives && (
        <ConfirmDialog
          action="Archive this room"
          text="Everybody can still read it, and nobody can write in it until it is opened again."
          onConfirm={() => attempt(change({ settings: { archived: true } }))}
          onClose={() => setArchives(false)}
        />
      )}
    </Dialog>
  )
}
