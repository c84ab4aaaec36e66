import { beforeEach, expect, test } from 'vitest'
import { newRoom, type RoomModel } from '../model/room/room-model'
import { handClock } from '../platform/hand-clock'
import { createChatStore } from './chat-store'
import { checkRun } from './check-run'
import { createPump, type PumpRun } from './pump'
import { createAgenda, type Runner } from './runner'

const ROOMS = 1_000
/** A draft with this text is due work; one that is a number, at that time. */
const WORK = 'work'

let looked: string[]
let done: string[]
let failures: unknown[]
let basis: unknown
let inspected: PumpRun | undefined

function world() {
  const clock = handClock()
  const store = createChatStore({
    clock,
    report: (error) => failures.push(error),
    storage: { status: 'memory' },
    newRoom: (id) => newRoom(id, { me: 'ada', connection: 'up', windowSize: 200, hasStore: false }),
    runEffects: () => pump.run(),
  })
  const agenda = createAgenda<'work'>()
  const runner: Runner<'work'> = {
    rooms: {
      agenda,
      basis: () => basis,
      tasksOf: ({ id, view }: RoomModel, now) => {
        const { draft } = view
        looked.push(id)
        if (draft === 'throw') throw new Error(`no tasks of ${id}`)
        const at = Number(draft === '' ? Number.NaN : draft)
        if (draft === WORK || at <= now) return { tasks: ['work'], until: Number.POSITIVE_INFINITY }
        return { tasks: [], until: at > now ? at : Number.POSITIVE_INFINITY }
      },
    },
    step: () => {
      for (const id of agenda.of('work')) {
        done.push(id)
        store.dispatch(id, { type: 'draft', text: '' })
      }
      return Number.POSITIVE_INFINITY
    },
  }
  const pump = createPump({
    clock,
    store,
    runners: [runner],
    wake: () => store.batch(() => {}),
    failed: (error) => failures.push(error),
    inspect: (run) => {
      inspected = run
    },
  })
  for (let i = 0; i < ROOMS; i++) store.room(`room-${i}`)
  store.batch(() => {})
  looked = []
  return {
    clock,
    store,
    draft: (n: number, text: string) => store.dispatch(`room-${n}`, { type: 'draft', text }),
  }
}

beforeEach(() => {
  looked = []
  done = []
  failures = []
  basis = undefined
})

test('a run checks the rooms that have changed, and again those that it changed itself', () => {
  const { store, draft } = world()
  draft(7, WORK)
  expect(done).toEqual(['room-7'])
  expect(looked).toEqual(['room-7', 'room-7'])
  looked = []
  store.batch(() => {})
  expect(looked).toEqual([])
})

test('a room that names a time is checked at that time, and no other is', () => {
  const { clock, draft } = world()
  const now = clock.now()
  draft(3, String(now + 500))
  draft(4, String(now + 200))
  looked = []
  clock.pass(199)
  expect(looked).toEqual([])
  clock.pass(1)
  expect(done).toEqual(['room-4'])
  clock.pass(300)
  expect(done).toEqual(['room-4', 'room-3'])
  expect(new Set(looked)).toEqual(new Set(['room-3', 'room-4']))
})

test('after a change of shared input: all are checked, once', () => {
  const { store } = world()
  basis = 'another'
  store.batch(() => {})
  expect(looked).toHaveLength(ROOMS)
  store.batch(() => {})
  expect(looked).toHaveLength(ROOMS)
})

test('a room whose check throws is tried again later, and affects no other', () => {
  const { clock, store, draft } = world()
  store.batch(() => {
    draft(1, 'throw')
    draft(2, WORK)
  })
  expect(done).toEqual(['room-2'])
  expect(failures).toHaveLength(1)
  clock.pass(4_999)
  expect(failures).toHaveLength(1)
  clock.pass(1)
  expect(failures).toHaveLength(2)
})

test('the check finds what a run over some of the rooms has missed (I28)', () => {
  const { draft } = world()
  draft(5, WORK)
  const run = inspected as PumpRun
  expect(() => checkRun(run)).not.toThrow()
  const [runner] = run.runners
  runner?.rooms?.agenda.put('room-9', ['work'])
  expect(() => checkRun(run)).toThrow('I28: room room-9 has to do [], and [work] is known')
  runner?.rooms?.agenda.put('room-9', [])
  expect(() => checkRun({ ...run, dueAt: () => 12 })).toThrow('I28: room room-0 is due at Infinity')
})
