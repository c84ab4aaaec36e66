// @vitest-environment jsdom
import type { Inspection, Inspector } from '@roomful/client'
import { createFaults } from '@roomful/client/faults'
import { FakeChat } from '@roomful/testing'
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ChatProvider } from '../chat-provider'
import { RenderCount, RoomfulDevtools, RoomfulDevtoolsPanel } from '../devtools'

class FakeInspector implements Inspector {
  isStopped = false
  private readonly listeners = new Set<() => void>()
  constructor(private state: Inspection) {}
  getState = () => this.state
  subscribe = (listener: () => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  trace: Inspector['trace'] = () => ({
    format: 'roomful-trace',
    version: 1,
    payloads: false,
    inspection: this.state,
  })
  stop = () => {
    this.isStopped = true
  }
  set(part: Partial<Inspection>): void {
    this.state = { ...this.state, ...part }
    for (const listener of this.listeners) listener()
  }
}

const opened: { inspector: FakeInspector; options: unknown }[] = []
let idle: Inspection

/** A chat whose inspectors are filled by the test. */
class InspectedChat extends FakeChat {
  override inspect = async (options?: unknown) => {
    const inspector = new FakeInspector(idle)
    opened.push({ inspector, options })
    return inspector
  }
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  opened.length = 0
  const inspector = await new FakeChat().inspect()
  idle = inspector.getState()
  inspector.stop()
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function openPanel(
  props: Partial<Parameters<typeof RoomfulDevtoolsPanel>[0]> = {},
): Promise<FakeInspector> {
  render(<RoomfulDevtoolsPanel chat={new InspectedChat()} {...props} />)
  await act(async () => {})
  return inspectorAt(-1)
}

function inspectorAt(at: number): FakeInspector {
  const { inspector } = opened.at(at) ?? {}
  if (!inspector) throw new Error('no inspector was opened')
  return inspector
}

const shows = (inspector: FakeInspector, part: Partial<Inspection>): void => {
  act(() => {
    inspector.set(part)
    vi.advanceTimersByTime(1_000)
  })
}
const tab = (name: string): HTMLElement => screen.getByRole('tab', { name: new RegExp(`^${name}`) })

test('the button opens the panel of the provided chat; Escape closes it, stops its inspector, and gives focus back', async () => {
  render(
    <ChatProvider chat={new InspectedChat()}>
      <RoomfulDevtools />
    </ChatProvider>,
  )
  const button = screen.getByRole('button', { name: 'Roomful devtools' })
  expect(opened).toHaveLength(0)
  fireEvent.click(button)
  await act(async () => {})
  expect(button.getAttribute('aria-expanded')).toBe('true')
  fireEvent.keyDown(screen.getByRole('region', { name: 'Roomful devtools' }), { key: 'Escape' })
  expect(screen.queryByRole('region')).toBeNull()
  expect(document.activeElement).toBe(button)
  expect(inspectorAt(0).isStopped).toBe(true)
})

test('arrow keys go from tab to tab, and around', async () => {
  await openPanel()
  tab('Overview').focus()
  fireEvent.keyDown(tab('Overview'), { key: 'ArrowRight' })
  expect(document.activeElement).toBe(tab('Rooms'))
  expect(tab('Rooms').getAttribute('aria-selected')).toBe('true')
  fireEvent.keyDown(tab('Rooms'), { key: 'ArrowLeft' })
  fireEvent.keyDown(tab('Overview'), { key: 'ArrowLeft' })
  expect(document.activeElement).toBe(tab('Timeline'))
})

test('shows the connection with its history, a few times a second', async () => {
  const inspector = await openPanel()
  act(() =>
    inspector.set({
      connection: { status: 'waiting', attempt: 2, code: 'OFFLINE' },
      history: [{ no: 1, at: 0, kind: 'connection', status: 'waiting', code: 'OFFLINE' }],
    }),
  )
  expect(screen.queryByText(/attempt 2/)).toBeNull()
  act(() => void vi.advanceTimersByTime(1_000))
  expect(screen.getByText(/waiting \(attempt 2\) OFFLINE/)).toBeTruthy()
  expect(screen.getByText('00:00:00.000')).toBeTruthy()
})

test('rooms show their gap, ranges, holes and unread; the outbox what waits', async () => {
  const inspector = await openPanel()
  shows(inspector, {
    rooms: [
      {
        ...{ id: 'general', name: '', type: 'public', isOpen: true, subscription: 'synced', cursor: 7 },
        ...{ highestSeenRev: 9, gap: { rev: 8, forMs: 40, tries: 1 }, outOfOrder: 1, request: 'sync' },
        ...{ ranges: [{ from: 4, to: 9 }], holes: [{ from: 1, to: 3 }], evicted: [], lastSeq: 9, rows: 6 },
        unread: { count: 3, from: 'server', lastReadSeq: 6, isStale: true },
        outbox: { entries: 1, failed: 0, heldForMs: 0 },
        notifications: 12,
      },
    ],
    roomCount: 1,
    outbox: [{ roomId: 'general', id: 'c-1', kind: 'send', state: 'failed', attempts: 2, code: 'EXPIRED' }],
    outboxCount: 1,
  })
  fireEvent.click(tab('Rooms'))
  const row = within(screen.getByRole('table', { name: 'Rooms' })).getByRole('row', { name: /general/ })
  for (const text of [
    'synced, asks sync',
    '7, gap at 8 for 40 ms',
    '6: 4–9',
    '1–3',
    '3 by server, stale',
    '12',
  ])
    expect(within(row).getByText(text)).toBeTruthy()
  fireEvent.click(tab('Outbox'))
  expect(screen.getByRole('row', { name: /c-1 send failed 2 times general EXPIRED/ })).toBeTruthy()
})

test('the timeline is filtered by words, pauses, and opens an event to its payload', async () => {
  const inspector = await openPanel()
  const request = { kind: 'request', event: 'send-message', roomId: 'general', payload: { seq: 1 } } as const
  shows(inspector, {
    events: [
      { no: 0, at: 0, ...request, request: 1 },
      { no: 1, at: 5, kind: 'gap-found', roomId: 'general', rev: 8 },
    ],
  })
  fireEvent.click(tab('Timeline'))
  const lines = () => within(screen.getByRole('list', { name: 'Timeline' })).getAllByRole('listitem')
  expect(lines().map((line) => line.textContent)).toEqual([
    expect.stringContaining('gap found at rev 8'),
    expect.stringContaining('→ send-message #1 general'),
  ])
  expect(lines()[1]?.querySelector('pre')?.textContent).toContain('"seq": 1')
  fireEvent.change(screen.getByLabelText(/Filter/), { target: { value: 'general SEND' } })
  expect(lines()).toHaveLength(1)
  fireEvent.click(screen.getByRole('button', { name: 'Pause' }))
  shows(inspector, { events: [] })
  expect(lines()).toHaveLength(1)
})

test('texts are kept only when it is ticked: by another inspector, and the first is stopped', async () => {
  await openPanel()
  fireEvent.click(screen.getByLabelText('Keep texts'))
  await act(async () => {})
  expect(opened.map(({ options }) => options)).toEqual([{ payloads: false }, { payloads: true }])
  expect(inspectorAt(0).isStopped).toBe(true)
  cleanup()
  expect(inspectorAt(1).isStopped).toBe(true)
})

test('texts that are kept are shown, though their inspector comes with the end of the first', async () => {
  await openPanel()
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false)
  // Not in `act`, which renders in between: as in a browser, where the code of the inspector is loaded by now.
  screen.getByLabelText('Keep texts').click()
  for (let turns = 0; turns < 10; turns++) await new Promise((resolve) => setImmediate(resolve))
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  shows(inspectorAt(1), { outboxCount: 7 })
  expect(tab('Outbox').textContent).toBe('Outbox 7')
})

test('a trace is saved as a file of JSON', async () => {
  const blobs: Blob[] = []
  const names: string[] = []
  vi.stubGlobal('URL', {
    createObjectURL: (blob: Blob) => `blob:${blobs.push(blob)}`,
    revokeObjectURL: () => {},
  })
  const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    names.push(this.download)
  })
  await openPanel()
  fireEvent.click(screen.getByRole('button', { name: 'Save trace' }))
  click.mockRestore()
  expect(names).toEqual([expect.stringMatching(/^roomful-trace-.*\.json$/)])
  expect(blobs[0]?.type).toBe('application/json')
})

test('the knobs of faults are there only where the app gives them', async () => {
  await openPanel()
  expect(screen.queryByRole('tab', { name: 'Faults' })).toBeNull()
  cleanup()
  const faults = createFaults()
  await openPanel({ faults })
  fireEvent.click(tab('Faults'))
  fireEvent.change(screen.getByLabelText(/Network/), { target: { value: 'offline' } })
  fireEvent.change(screen.getByLabelText(/Lost/), { target: { value: '20' } })
  expect(faults.getState().knobs).toMatchObject({ network: 'offline', loss: 0.2 })
  fireEvent.click(screen.getByRole('button', { name: 'End all faults' }))
  expect(faults.getState().knobs).toMatchObject({ network: 'up', loss: 0 })
})

test('renders are counted by name', async () => {
  const Counted = ({ text }: { text: string }) => <RenderCount id="the list">{text}</RenderCount>
  const { rerender } = render(<Counted text="one" />)
  rerender(<Counted text="two" />)
  act(() => void vi.advanceTimersByTime(1_000))
  await openPanel()
  expect(screen.getByText('the list').nextSibling?.textContent).toBe('2')
})

test('in production there is no button, and nothing is inspected', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  vi.resetModules()
  const devtools = await import('../devtools')
  vi.unstubAllEnvs()
  render(<devtools.RoomfulDevtools chat={new InspectedChat()} initialIsOpen />)
  await act(async () => {})
  expect(screen.queryByRole('button')).toBeNull()
  expect(opened).toEqual([])
})
