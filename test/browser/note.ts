/**
 * How the pages of a test talk to it, the same on every engine: over a channel to the page notes-page-main.ts, which
 * the test reads. A page's posts arrive even if the page is killed in the next moment.
 */
export type Note = { readonly kind: string; readonly value: unknown }
export type Question = { readonly kind: string; readonly id: string }
export type Answer = { readonly id: string; readonly value: string }

export const CHANNELS = { notes: 'test-notes', questions: 'test-questions', answers: 'test-answers' } as const

const open = new Map<string, BroadcastChannel>()

/** A page that never posts has no channel: it could keep the page from the back/forward cache. */
function channel(name: string): BroadcastChannel {
  const found = open.get(name) ?? new BroadcastChannel(name)
  open.set(name, found)
  return found
}

export function note(kind: string, value: unknown): void {
  channel(CHANNELS.notes).postMessage({ kind, value } satisfies Note)
}

export function ask(kind: string): Promise<string> {
  const id = crypto.randomUUID()
  return new Promise((resolve) => {
    const answers = channel(CHANNELS.answers)
    answers.addEventListener('message', function answered({ data }: MessageEvent<Answer>) {
      if (data.id !== id) return
      answers.removeEventListener('message', answered)
      resolve(data.value)
    })
    channel(CHANNELS.questions).postMessage({ kind, id } satisfies Question)
  })
}
