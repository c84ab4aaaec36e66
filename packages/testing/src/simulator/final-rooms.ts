import type { FinalRoom } from '../history/event'
import { seen, viewOf } from '../history/recorder'
import { entriesOf } from '../world/entries'
import type { World } from '../world/world'
import { whoOf } from './ledger'

/** The end of a run, from the truth and from the devices that are in the room. */
export function finalRooms(world: World): FinalRoom[] {
  const rooms: FinalRoom[] = []
  for (const truth of world.truth.present.rooms.values()) {
    const devices = world.devices.filter((device) => device.isRunning && device.opened.has(truth.id))
    const inside = devices.filter((device) => {
      const member = truth.members.get(device.user)
      return member !== undefined && member.removed === undefined
    })
    rooms.push({
      roomId: truth.id,
      lastSeq: truth.lastSeq,
      rev: truth.rev,
      messages: truth.rows.map(seen),
      views: inside.map((device) => {
        const { unread, lastReadSeq, ...view } = viewOf(device.room(truth.id))
        // A user who came back later has and counts nothing below their floor, which the checker does not know.
        const floor = truth.members.get(device.user)?.fromSeq ?? 1
        const counts = floor === 1 ? { unread, lastReadSeq } : {}
        return { who: whoOf(device), ...view, fromSeq: Math.max(view.fromSeq, floor), ...counts }
      }),
      outbox: world.devices.flatMap((device) => {
        const model = world.watch.model(device, truth.id)
        return (model ? entriesOf(model) : []).flatMap((entry) =>
          entry.kind === 'send' && entry.state.at !== 'failed' ? [entry.id] : [],
        )
      }),
    })
  }
  return rooms
}
