import type { RoomSummary } from '@roomful/client'

/** A direct-message room is named after all of its members; each sees it named after the others. */
export function roomTitle(name: string, type: RoomSummary['type'], myName: string): string {
  if (type !== 'dm') return name
  const names = name.split(', ')
  const mine = names.indexOf(myName)
  const others = names.filter((_, i) => i !== mine)
  return others.length > 0 ? others.join(', ') : name
}
