import type { Room, RoomSettings } from '@roomful/protocol'
import { denialOf } from './authorise'
import { isMuted } from './decide-send'
import type { Fold } from './fold'
import type { Op, Outcome, SettingsChange } from './ops'
import { refuse } from './refusal'
import { isSameMetadata } from './same-content'
import { textOfAct } from './server-actor'
import { addSystemMessage } from './system-message'

/** Settings are merged key by key, metadata is replaced. */
export function decideUpdateRoom(fold: Fold, op: Extract<Op, { kind: 'update-room' }>): Outcome {
  const { room } = fold
  const { actor, at } = op
  const member = fold.member(actor.id)
  const denial = denialOf('update-room', {
    room,
    member,
    serverAdmin: actor.admin,
    kinds: fold.kindsFor(actor),
  })
  if (!room || denial) return refuse(denial ?? 'ROOM_NOT_FOUND')
  const wanted: Room = {
    ...room,
    name: op.name ?? room.name,
    metadata: op.metadata ?? room.metadata,
    settings: merged(room.settings, op.settings),
  }
  const renamed = wanted.name !== room.name
  const isSame =
    !renamed &&
    isSameMetadata(wanted.metadata, room.metadata) &&
    isSameSettings(wanted.settings, room.settings)
  if (isSame) return { ok: true, kind: 'room', room }
  // All members see the name and topic: a muted member must not speak through them.
  const speaks = renamed || wanted.metadata !== room.metadata
  if (speaks && !actor.admin && member && isMuted(member, at)) return refuse('MUTED')
  const changed = fold.putRoom(wanted)
  fold.addAudit(actor, at, 'update-room', room.id)
  if (renamed) {
    addSystemMessage(fold, {
      ...op,
      action: 'rename',
      content: textOfAct(actor, {
        active: `renamed the room to ${wanted.name}`,
        passive: `The room was renamed to ${wanted.name}`,
      }),
    })
  }
  return { ok: true, kind: 'room', room: changed }
}

function merged(before: RoomSettings, { editWindowSeconds, ...changes }: SettingsChange = {}): RoomSettings {
  const { editWindowSeconds: held, ...rest } = before
  const window = editWindowSeconds === undefined ? held : (editWindowSeconds ?? undefined)
  return { ...rest, ...changes, ...(window === undefined ? {} : { editWindowSeconds: window }) }
}

const isSameSettings = (a: RoomSettings, b: RoomSettings): boolean =>
  a.readOnly === b.readOnly &&
  a.slowModeSeconds === b.slowModeSeconds &&
  a.editWindowSeconds === b.editWindowSeconds &&
  a.archived === b.archived
