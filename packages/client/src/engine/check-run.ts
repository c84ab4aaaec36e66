import type { PumpRun } from './pump'

/**
 * I28. Throws if a check of all rooms finds other work than the run did, which checked only those that had changed or
 * were due. Tests call it after each run; nothing of it is in the shipped build.
 */
export function checkRun({ now, rooms, runners, dueAt }: PumpRun): void {
  for (const { model } of rooms()) {
    let until = Number.POSITIVE_INFINITY
    for (const runner of runners) {
      if (runner.rooms === undefined) continue
      const { agenda, tasksOf } = runner.rooms
      const found = tasksOf(model, now)
      const known = agenda.tasksOf(model.id)
      if (String(found.tasks) !== String(known))
        throw new Error(`I28: room ${model.id} has to do [${found.tasks}], and [${known}] is known`)
      for (const task of found.tasks)
        if (!agenda.of(task).has(model.id)) throw new Error(`I28: room ${model.id} is not found by [${task}]`)
      until = Math.min(until, found.until)
    }
    if (until !== dueAt(model.id))
      throw new Error(`I28: room ${model.id} is due at ${until}, and looked at at ${dueAt(model.id)}`)
  }
}
