import type { ShownMessage } from '@roomful/client'
import { type Attempted, attempt } from './attempts'
import { type BotContext, type BotMessage, messageIdOf } from './context'
import { DEAD_LETTERS_KEPT, deadLetterWrite, deadMessage } from './dead-letters'
import { parseCommand } from './model/parse-command'
import { replyStream } from './reply-stream'
import { eventContext, type Run } from './run'
import type { BotWrite } from './store/port'

/**
 * Handles one message until it succeeds or is given up. `store` keeps what is to be kept of it: before it has, no other
 * message of the same session is handled.
 */
async function handleMessage<S extends object>(
  run: Run<S>,
  message: ShownMessage,
  store: (outcome: Attempted, writes: readonly BotWrite[]) => Promise<void>,
): Promise<Attempted> {
  const about = { roomId: message.roomId, messageId: message.id }
  if (isSystem(message)) {
    const outcome = await attempt(run, { event: 'system', ...about }, (signal) =>
      handleSystem(run, message, signal),
    )
    await store(outcome, [])
    return outcome
  }
  return run.sessions.use(message, async (session) => {
    let writes: readonly BotWrite[] = []
    const outcome = await attempt(run, { event: 'message', ...about }, async (signal) => {
      const context = messageContext(run, message, signal, session.fresh())
      await run.handlers.message(context)
      writes = session.writes(context.session)
    })
    await store(outcome, outcome.ok ? writes : [])
    return outcome
  })
}

/** At least once: the cursor moves, with what the handlers left, when the message was handled or given up. */
export async function passMessage<S extends object>(
  run: Run<S>,
  message: ShownMessage,
  cursor: BotWrite,
): Promise<void> {
  const isOwn = message.senderId === run.chat.getState().user?.id
  if (isOwn || message.deleted) return run.keeper.commit([cursor])
  await handleMessage(run, message, async (outcome, writes) => {
    if (outcome.ok) return run.keeper.commit([cursor, ...writes])
    const letter = deadMessage(message, outcome.error, outcome.attempts, run.clock.now())
    await run.keeper.commit([cursor, deadLetterWrite(letter)])
    await run.keeper.trim('dead-letters', DEAD_LETTERS_KEPT)
  })
}

/** Once more, for a dead letter. */
export async function replayMessage<S extends object>(run: Run<S>, message: ShownMessage): Promise<boolean> {
  const { ok } = await handleMessage(run, message, async (_outcome, writes) => {
    if (writes.length > 0) await run.keeper.commit(writes)
  })
  return ok
}

function messageContext<S extends object>(
  run: Run<S>,
  message: BotMessage,
  signal: AbortSignal,
  session: S,
): BotContext<S> {
  const { roomId, id } = message
  const event = eventContext(run, roomId, id, signal)
  let replies = 0
  let jobs = 0
  return {
    ...event,
    message,
    command: parseCommand(message.content, run.prefix),
    session,
    reply: (reply, key) =>
      run.send({
        roomId,
        message: reply,
        replyTo: messageIdOf(message),
        key: `${id} ${key ?? String(replies++)}`,
        signal,
      }),
    replyStream: (source, { key, metadata } = {}) =>
      replyStream(event.room, source, {
        replyTo: messageIdOf(message),
        key: `${id} ${key ?? String(replies++)}`,
        signal,
        ...(metadata === undefined ? {} : { metadata }),
      }),
    pin: () => event.room.pin(id, { signal }),
    schedule: (job, { key, ...options }) =>
      run.scheduler.schedule(
        job,
        key === undefined ? { ...options, key: `${id} ${jobs++}`, isOfMessage: true } : { ...options, key },
      ),
  }
}

const isSystem = (message: ShownMessage): message is Exclude<ShownMessage, BotMessage> =>
  message.deleted || message.type === 'system'

/** Every act that the server reports is `system`; a coming and going of others is `join` and `leave` besides. */
async function handleSystem<S extends object>(
  run: Run<S>,
  message: ShownMessage,
  signal: AbortSignal,
): Promise<void> {
  const { handlers } = run
  const { action, userId } = message.metadata ?? {}
  if (typeof action !== 'string') return
  const context = (kind: string) => eventContext(run, message.roomId, `${message.id} ${kind}`, signal)
  await handlers.event('system', { ...context('system'), message, action })
  const kind = KINDS[action]
  if (kind === undefined || typeof userId !== 'string' || userId === run.chat.getState().user?.id) return
  const by = message.senderId === userId ? undefined : message.senderId
  await handlers.event(kind, { ...context(kind), userId, by, action })
}

const KINDS: Readonly<Partial<Record<string, 'join' | 'leave'>>> = {
  join: 'join',
  invite: 'join',
  leave: 'leave',
  kick: 'leave',
  ban: 'leave',
}
