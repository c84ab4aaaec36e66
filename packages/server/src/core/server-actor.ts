import { SYSTEM_SENDER } from '@roomful/protocol'
import type { Actor } from './ops'

/** The app's backend, by the server API. It has a server admin's rights, and is in no room. */
export const SERVER_ACTOR: Actor = { id: SYSTEM_SENDER, name: '', admin: true, byApi: true }

/** The text of a system message about an act: the backend has no name to begin it with. */
export const textOfAct = (actor: Actor, { active, passive }: { active: string; passive: string }): string =>
  actor.id === SYSTEM_SENDER ? passive : `${actor.name} ${active}`
