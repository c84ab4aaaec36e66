import { waitUntil } from '@roomful/testing'
import type { Point, TestPage } from './engine/port'

/** A control, by what a user sees or a screen reader reads. */
export type Control = {
  readonly role: 'button' | 'textbox'
  /** Its label, or the text in it: all of it. */
  readonly name: string
  /** Only in the row of the message with this text. */
  readonly inRow?: string
}

/** Waits until it can be used, and clicks it. */
export async function clickOn(page: TestPage, control: Control): Promise<void> {
  await page.click(await placeOf(page, control))
}

/** What is longer, people paste. */
const TYPED_MAX = 200

const paste = (page: TestPage, text: string): Promise<boolean> =>
  page.evaluate((pasted) => document.execCommand('insertText', false, pasted), text)

/** Replaces what is in it. */
export async function fillIn(page: TestPage, name: string, text: string): Promise<void> {
  await clickOn(page, { role: 'textbox', name })
  await page.evaluate(() => {
    const field = document.activeElement
    if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.select()
  })
  if (text.length > TYPED_MAX) await paste(page, text)
  else await page.type(text)
  await waitUntil(`"${text}" to be in the field`, () =>
    page.evaluate((wanted) => (document.activeElement as HTMLInputElement | null)?.value === wanted, text),
  )
}

/** Moves the pointer onto the row of this message. */
export async function pointAtRow(page: TestPage, text: string): Promise<void> {
  await page.hover(await settledPlace(page, `the row of "${text}"`, () => page.evaluate(rowPlace, text)))
}

function placeOf(page: TestPage, control: Control): Promise<Point> {
  return settledPlace(page, `${control.role} "${control.name}"`, () => page.evaluate(controlPlace, control))
}

/** Its position once it no longer moves: the same at two checks. */
async function settledPlace(page: TestPage, what: string, look: () => Promise<Point | null>): Promise<Point> {
  let last: Point | null = null
  return waitUntil(what, async () => {
    const place = await look()
    const isSettled = place !== null && place.x === last?.x && place.y === last.y
    last = place
    return isSettled ? place : undefined
  }).catch(async (error: Error) => {
    throw new Error(`${error.message}; the page shows ${await page.evaluate(() => document.body.innerText)}`)
  })
}

/** Runs in the page. Null while it is not there, not in view, disabled, or covered by something else. */
function controlPlace({ role, name, inRow }: Control): Point | null {
  const textOf = (element: Element): string =>
    element.querySelector('[data-testid=content]')?.textContent ?? ''
  const nameOf = (element: Element): string => {
    const label = (element as HTMLInputElement).labels?.[0]
    return (element.getAttribute('aria-label') ?? label?.textContent ?? element.textContent ?? '').trim()
  }
  const scopes =
    inRow === undefined
      ? // What is outside of a modal dialog cannot be used.
        [[...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body]
      : [...document.querySelectorAll('article')].filter((row) => textOf(row) === inRow)
  const element = scopes
    .flatMap((scope) => [...scope.querySelectorAll(role === 'button' ? 'button' : 'input, textarea')])
    .find((one) => nameOf(one) === name)
  if (element === undefined || element.matches(':disabled')) return null
  element.scrollIntoView({ block: 'nearest' })
  const { left, top, width, height } = element.getBoundingClientRect()
  const place = { x: Math.round(left + width / 2), y: Math.round(top + height / 2) }
  const topmost = document.elementFromPoint(place.x, place.y)
  return topmost !== null && element.contains(topmost) ? place : null
}

/** Runs in the page. */
function rowPlace(text: string): Point | null {
  const row = [...document.querySelectorAll('article')].find(
    (one) => one.querySelector('[data-testid=content]')?.textContent === text,
  )
  if (row === undefined) return null
  row.scrollIntoView({ block: 'nearest' })
  const { left, top, width, height } = row.getBoundingClientRect()
  return { x: Math.round(left + width / 2), y: Math.round(top + height / 2) }
}
