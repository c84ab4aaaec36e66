/*
 * The web chat, and the names that a browser test may rely on. They do not change.
 *
 *   sign-in       textbox "Your name", button "Join"
 *   app           `[data-connection]` is the connection's status: idle, connecting, online, waiting, stopped;
 *                 `[data-unsent]` counts what waits to be sent
 *   room list     navigation "Rooms", a link a room; buttons "New room", "Browse rooms", "Sign out"
 *   room          `[data-room-status]`: idle, loading, live, catching-up, offline, removed
 *   messages      log "Messages"; each row is an article with `data-key`, `data-status` (queued, sending, sent,
 *                 failed), `data-seq` and `data-own`; its text, byte for byte, is in `[data-testid=content]`
 *   on a row      after hovering or focusing it: buttons "Add reaction", "Reply", "Edit message", "Delete message", "Pin
 *                 message" and "Unpin message" for those who may;
 *                 if a send failed, always: buttons "Retry", "Discard"
 *   pins          complementary "Pinned messages" (`.pin-bar`), if there are any: a button goes to the newest, another
 *                 ("Pinned", "All n pins") opens a dialog of all, each with "Unpin message" for those who may
 *   composer      textbox "Message", button "Send"; while editing the button is "Save", and Escape or "Cancel" ends it
 *   elsewhere     separator "New messages"; button "Jump to latest" or "n new messages"; `[data-testid=typing]`;
 *                 status lines `[data-testid=connection]` and `[data-testid=storage]`, whose `[data-storage]` is ok,
 *                 degraded or memory
 */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app'
import { restoreSession } from './session/session'
import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/sign-in.css'
import './styles/rooms.css'
import './styles/messages.css'
import './styles/message-parts.css'
import './styles/composer.css'
import './styles/dialogs.css'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App saved={restoreSession()} />
  </StrictMode>,
)
