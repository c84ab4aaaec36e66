/**
 * `?person=Sam`: this tab is another person than the rest of the browser, with an identity and a local copy of their own. It
 * is a name, so a link to it signs in as a new guest and as nobody who exists.
 */
export function tabPersonOf(search: string): string | null {
  return new URLSearchParams(search).get('person')?.trim().slice(0, MOST) || null
}

/** The server takes longer names; in a sentence they are too long. */
const MOST = 40

export const TAB_PERSON = tabPersonOf(window.location.search)

/** Whose identity this browser keeps, the own one apart: the people to switch to. */
export function knownPersons(keys: readonly string[]): readonly string[] {
  return keys
    .filter((key) => key.startsWith(PERSON_KEY))
    .map((key) => key.slice(PERSON_KEY.length))
    .sort((a, b) => a.localeCompare(b))
    .slice(0, MOST_PERSONS)
}

const OWN_KEY = 'roomful.identity'
const PERSON_KEY = `${OWN_KEY}.`
/** More than anybody tries; a list of them has to fit into a dialog. */
const MOST_PERSONS = 20

/** Where this browser keeps that person's identity; null: the one of all tabs that name nobody. */
export const identityKeyOf = (person: string | null): string =>
  person === null ? OWN_KEY : PERSON_KEY + person

/** The page of that person, in the room of this address part (`#/rooms/…`). */
export const hrefOfPerson = (name: string, hash = ''): string =>
  `./?person=${encodeURIComponent(name)}${hash}`
