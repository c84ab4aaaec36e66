import type { Random } from '../world/random'
import type { AppDeed } from './app/profile'
import type { Disaster, Profile } from './profile'

export const OPERATIONS = {
  send: 30,
  burst: 6,
  reply: 4,
  edit: 9,
  delete: 5,
  react: 8,
  read: 8,
  'edit-pending': 3,
  'delete-pending': 1,
  cancel: 1,
  retry: 2,
  type: 3,
  draft: 1,
  open: 5,
  close: 3,
  older: 5,
  newer: 1,
  jump: 3,
  stir: 6,
  join: 2,
  leave: 1.5,
  invite: 2.5,
  kick: 1.5,
  ban: 0.7,
  unban: 0.7,
  mute: 0.7,
  'set-role': 0.7,
  rename: 1,
  create: 0.7,
  dm: 0.7,
  ephemeral: 0.7,
} as const
/** Drawn apart, on every other day: the rest of a day is as it was before there were pins. */
const PIN_OPERATIONS = { pin: 3, unpin: 1 } as const
const PINNING_DAYS = 0.5
const PINS_MAX = 14

/** The same: on some days a server admin deletes rooms. */
const DELETING_DAYS = 0.25
const DELETIONS_MAX = 2

/** The same: messages that grow. */
const STREAM_OPERATIONS = { 'send-stream': 5, 'continue-stream': 2, 'cancel-stream': 1 } as const
const STREAMING_DAYS = 0.3
const STREAMS_MAX = 6

export type Operation =
  | keyof typeof OPERATIONS
  | keyof typeof PIN_OPERATIONS
  | keyof typeof STREAM_OPERATIONS
  | 'delete-room'

/**
 * One thing that happens at a moment of the first phase. Each draws from its own source, named by its number: taking
 * others out of a run does not change what it does.
 */
export type Step = { readonly no: number; readonly at: number } & (
  | { readonly kind: 'operation'; readonly name: Operation }
  | { readonly kind: 'disaster'; readonly name: Disaster }
  | { readonly kind: 'app'; readonly name: AppDeed }
)

export function drawSchedule(random: Random, profile: Profile): Step[] {
  const steps: Step[] = []
  const at = (): number => Math.floor(random.next() * profile.lengthMs)
  for (let i = 0; i < profile.operations; i++)
    steps.push({ no: steps.length, at: at(), kind: 'operation', name: random.weighted(OPERATIONS) })
  for (let i = 0; i < profile.disasters; i++) {
    const name = random.weighted(profile.disasterWeights)
    steps.push({ no: steps.length, at: at(), kind: 'disaster', name })
  }
  const own = random.split('app')
  for (let i = 0; i < profile.app.deeds; i++) {
    const at = Math.floor(own.next() * profile.lengthMs)
    steps.push({ no: steps.length, at, kind: 'app', name: own.weighted(profile.app.weights) })
  }
  const pinning = random.split('pins')
  const pins = pinning.chance(PINNING_DAYS) ? pinning.range(1, PINS_MAX) : 0
  for (let i = 0; i < pins; i++) {
    const at = Math.floor(pinning.next() * profile.lengthMs)
    steps.push({ no: steps.length, at, kind: 'operation', name: pinning.weighted(PIN_OPERATIONS) })
  }
  const deleting = random.split('deletions')
  const deletions = deleting.chance(DELETING_DAYS) ? deleting.range(1, DELETIONS_MAX) : 0
  for (let i = 0; i < deletions; i++) {
    const at = Math.floor(deleting.next() * profile.lengthMs)
    steps.push({ no: steps.length, at, kind: 'operation', name: 'delete-room' })
  }
  const streaming = random.split('streams')
  const streams = streaming.chance(STREAMING_DAYS) ? streaming.range(1, STREAMS_MAX) : 0
  for (let i = 0; i < streams; i++) {
    const at = Math.floor(streaming.next() * profile.lengthMs)
    steps.push({ no: steps.length, at, kind: 'operation', name: streaming.weighted(STREAM_OPERATIONS) })
  }
  return steps.sort((a, b) => a.at - b.at || a.no - b.no)
}
