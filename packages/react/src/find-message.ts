import type { ShownMessage } from '@roomful/client'

type Places = Map<string, number>
const places = new WeakMap<readonly ShownMessage[], Places>()

/** The message of that key. All rows of one list share an index, made when the first asks: O(1) a row after that. */
export function findMessage(messages: readonly ShownMessage[], key: string): ShownMessage | undefined {
  let index = places.get(messages)
  if (!index) {
    index = new Map(messages.map((message, place) => [message.key, place]))
    places.set(messages, index)
  }
  const place = index.get(key)
  return place === undefined ? undefined : messages[place]
}
