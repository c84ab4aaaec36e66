import type { Message } from '@roomful/protocol'
import { produce } from 'immer'
import { createStore } from 'zustand/vanilla'
import { sampleRow, sampleRows } from '../src/core/timeline/sample-rows'
import type { Case } from './measure'
import { FIRST, sink, spreadSeq } from './timeline-cases'

type Row = Pick<Message, 'id' | 'seq' | 'rev' | 'content' | 'deleted'>
type State = { messages: Row[] }

/** The usual way: one array in a zustand store, changed by immer, each message looked for by its id. */
function plainStore(held: number) {
  const store = createStore<State>(() => ({ messages: sampleRows(FIRST, FIRST + held - 1) }))
  store.subscribe((state) => {
    sink.value = state
  })
  const base = store.getState()
  return { store, reset: () => store.setState(base, true) }
}

/** Replaced by id, or put at the end; looked for where the change is made, as one writes it first. */
const upsert = (row: Row) => (state: State) =>
  produce(state, (draft) => {
    const place = draft.messages.findIndex((held) => held.id === row.id)
    if (place === -1) draft.messages.push(row)
    else draft.messages[place] = row
  })

/** The same by somebody who knows what a look into a draft costs. */
const carefulUpsert = (row: Row) => (state: State) => {
  const place = state.messages.findIndex((held) => held.id === row.id)
  return produce(state, (draft) => {
    if (place === -1) draft.messages.push(row)
    else draft.messages[place] = row
  })
}

const prepend = (page: readonly Row[]) => (state: State) => {
  const known = new Set(state.messages.map((held) => held.id))
  return produce(state, (draft) => {
    draft.messages.unshift(...page.filter((row) => !known.has(row.id)))
  })
}

/** One is enough: at 100,000 it takes up to a second. */
const COUNT = 1

function plainCase(name: string, change: (held: number, i: number) => (state: State) => State): Case {
  return {
    name: `plain zustand + immer array: ${name}`,
    count: COUNT,
    trial: (held) => {
      const { store, reset } = plainStore(held)
      const changes = Array.from({ length: COUNT }, (_, i) => change(held, i))
      return {
        run: (count) => {
          reset()
          for (const change of changes.slice(0, count)) store.setState(change)
        },
      }
    },
  }
}

const liveRow = (held: number, i: number): Row => sampleRow(FIRST + held + i, FIRST + held + i)
const editedRow = (held: number, i: number): Row => sampleRow(spreadSeq(held, i + 1), 1_000_000 + i)

export const plainCases: readonly Case[] = [
  plainCase('a live message', (held, i) => upsert(liveRow(held, i))),
  plainCase('a live message, with care', (held, i) => carefulUpsert(liveRow(held, i))),
  plainCase('an edit anywhere', (held, i) => upsert(editedRow(held, i))),
  plainCase('a page of 100 older', (_, i) => prepend(sampleRows(FIRST - 100 * (i + 1), FIRST - 100 * i - 1))),
]
