import type { Chance } from './chance'
import { extremePayload } from './extremes'
import { junkJson, junkKey, oddEvent } from './junk'
import { EVENTS, type Pool, validPayload } from './valid'

/** Of all inputs: each costs as much as hundreds of the others. */
const EXTREMES = 0.02

/** The text of one event's arguments as a client could send them: `["send-message",{…}]`. */
export function inputJson(chance: Chance, pool: Pool): string {
  const kind = chance.next()
  if (kind < 0.04) return `[${oddEvent(chance)},${junkJson(chance)}]`
  const event = chance.pick(EVENTS)
  const name = JSON.stringify(event)
  if (kind < 0.06) return `[${name}]`
  if (kind < 0.1) return `[${name},${junkJson(chance)},${junkJson(chance)}]`
  if (kind < 0.25) return `[${name},${junkJson(chance)}]`
  const extreme = kind < 0.25 + EXTREMES ? extremePayload(chance, event, pool) : undefined
  if (extreme !== undefined) return `[${name},${JSON.stringify(extreme)}]`
  const valid = JSON.stringify(validPayload(chance, event, pool))
  if (kind < 0.5) return `[${name},${valid}]`
  return `[${name},${mutated(chance, valid)}]`
}

/** A payload that is right except in one to three places. */
function mutated(chance: Chance, payload: string): string {
  let text = payload
  for (let left = 1 + chance.below(3); left > 0; left--) text = mutatedOnce(chance, text)
  return isJson(text) ? text : payload
}

/** On the text and not on the value, so that keys such as `__proto__` and numbers such as 1e400 come through. */
function mutatedOnce(chance: Chance, text: string): string {
  const places = [...text.matchAll(/"(?:[^"\\]|\\.)*"(?!\s*:)|-?\d[\d.eE+-]*|true|false|null|\{\}|\[\]/g)]
  const place = places.length > 0 ? chance.pick(places) : undefined
  switch (chance.below(4)) {
    case 0:
      return text.replace(/\{/, `{${JSON.stringify(junkKey(chance))}:${junkJson(chance)},`).replace(',}', '}')
    case 1:
      return text.replace(/"[^"]*":(?:"[^"]*"|\d+),?/, '').replace(',}', '}')
    default: {
      if (!place) return text
      const replacement = junkJson(chance)
      return text.slice(0, place.index) + replacement + text.slice(place.index + place[0].length)
    }
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
