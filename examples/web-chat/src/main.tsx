/*
 * The web chat, and the names that a browser test may rely on. They do not change.
 *
 *   sign-in       textbox "Your name", button "Join"
 *   app           `[data-connection]` is the connection's status: idle, connecting, online, waiting, stopped;
 *                 `[data-unsent]` counts what waits to be sent
 *   room list     navigation "Rooms", a link a room (`[data-room]`, with `[data-draft]` in it where something was begun);
 *                 buttons "New room", "Browse rooms", "Go to", "Settings", "Sign out"; `.account` opens the dialog "Be another
 *                 person", with "Name of the person", "In this tab", "In a new tab" and "Switch to <name>"
 *   room          `[data-room-status]`: idle, loading, live, catching-up, offline, removed
 *   messages      log "Messages"; each row is an article with `data-key`, `data-status` (queued, sending, sent,
 *                 failed), `data-seq` and `data-own`; its text, byte for byte, is in `[data-testid=content]`
 *   on a row      after hovering or focusing it, or a finger's rest: buttons "Add reaction", "Reply", "Copy text", "Edit
 *                 message", "Delete message", "Pin message" and "Unpin message" for those who may;
 *                 if a send failed, always: buttons "Retry", "Discard"
 *   pins          complementary "Pinned messages" (`.pin-bar`), if there are any: a button goes to the newest, another
 *                 ("Pinned", "All n pins") opens a dialog of all, each with "Unpin message" for those who may
 *   files         buttons "Attach files", "Remove <name>" before they are sent; on a row an image in a button "Open
 *                 <name>", or the name with
 *                 "Download <name>" and "Play <name>"; while it uploads `[data-upload]` (waiting, uploading), a progress
 *                 bar and "Cancel the upload of <name>"
 *   composer      textbox "Message", button "Send"; while editing the button is "Save", and Escape or "Cancel" ends it
 *                 Only rows near the view are in the page
 *   elsewhere     separator "New messages"; buttons "Jump to latest" or "n new messages", and "Back" after a jump;
 *                 `[data-testid=day]` before the first message of a day, `.top-day` over the list: each opens the dialog
 *                 "Go to a message", with "Day", its number, "First message", "Latest" and "Go"; `[data-testid=typing]`;
 *                 status lines `[data-testid=connection]` and `[data-testid=storage]`, whose `[data-storage]` is ok,
 *                 degraded or memory
 *   people        dialog "Members": a member's name opens their profile, with "Message", "Block" (which asks: "Block <name>")
 *                 and, for those who moderate, mutes, "Remove" and "Ban", whose notice has "Undo"; there too "Banned from
 *                 this room", with "Lift the ban of <name>". Dialog "Link to this room": for those who moderate textbox
 *                 "Name or id of a person", buttons "Invite" and "Invite <name>". Region "Invitations": "Accept",
 *                 "Decline", "Block <name>". "Settings": "Blocked people", with "Unblock <name>" and "More"
 *   beside        at `?beside=Sam`: two frames, "You" and "Sam", each with all of the above; button "Close". `?person=Sam` is
 *                 the page of the second
 *   chaos         at `/chaos`: `main[data-phase]` is starting, ready, demo, settling, settled or failed; `[data-count]` has the
 *                 figure's name and `[data-value]` the figure; `[data-verdict]` is none, equal or different; `[data-side]` is
 *                 a side, with a button a fault (`[data-fault]`)
 */
import { type ReactElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app'
import { BesidePage, besideNameOf } from './beside/beside-route'
import { ChaosRoute, isChaosAddress } from './chaos/chaos-route'
import { startPreferences } from './preferences/preferences'
import { restoreSession } from './session/session'
import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/sign-in.css'
import './styles/rooms.css'
import './styles/messages.css'
import './styles/message-parts.css'
import './styles/markdown.css'
import './styles/composer.css'
import './styles/files.css'
import './styles/dialogs.css'

startPreferences()
const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(<StrictMode>{pageAt(window.location)}</StrictMode>)

function pageAt({ search, hash }: Location): ReactElement {
  const name = besideNameOf(search)
  if (isChaosAddress()) return <ChaosRoute />
  if (name !== null) return <BesidePage name={name} hash={hash} />
  return <App saved={restoreSession()} />
}
