import { useChat } from '@roomful/react'
import type { ReactElement } from 'react'
import { Dialog } from '../ui/dialog'
import { useNotices } from '../ui/notices'
import { BlockedPeople } from './blocked-people'
import { CHOICES, choose, type Preferences, usePreferences } from './preferences'

type Choices = Omit<Preferences, 'silentRooms'>

const LEGENDS: Readonly<Record<keyof Choices, string>> = {
  theme: 'Theme',
  layout: 'Messages as',
  text: 'Text of messages',
  notifications: 'Notifications',
}
const NAMES = {
  theme: { system: 'As the system', light: 'Light', dark: 'Dark' },
  layout: { list: 'List', bubbles: 'Bubbles' },
  text: { markdown: 'Formatted (Markdown)', plain: 'As typed' },
  notifications: { off: 'None', on: 'While I am not here' },
} as const satisfies { [Name in keyof Choices]: Readonly<Record<Choices[Name], string>> }

export function SettingsDialog({ onClose }: { onClose: () => void }): ReactElement {
  const { show } = useNotices()
  const myId = useChat().getState().user?.id
  const mayNotify = async (choice: string) => {
    if (choice === 'off' || (await Notification.requestPermission()) === 'granted') return true
    show('The browser does not allow notifications of this page.')
    return false
  }
  return (
    <Dialog title="Settings" onClose={onClose}>
      <Choice name="theme" />
      <Choice name="layout" />
      <Choice name="text" />
      {'Notification' in window && <Choice name="notifications" before={mayNotify} />}
      <p className="muted hint">They are kept in this browser, for everybody who signs in here.</p>
      {myId !== undefined && (
        <label className="field">
          <span>Your id, by which others invite you</span>
          <input readOnly value={myId} onFocus={(event) => event.target.select()} />
        </label>
      )}
      <BlockedPeople />
    </Dialog>
  )
}

/** `before`: it is chosen only if that resolves with true. */
function Choice<Name extends keyof Choices>({
  name,
  before = async () => true,
}: {
  name: Name
  before?: (choice: string) => Promise<boolean>
}): ReactElement {
  const chosen = usePreferences()[name]
  const names: Readonly<Record<string, string>> = NAMES[name]
  return (
    <fieldset className="segments">
      <legend>{LEGENDS[name]}</legend>
      <div className="segments-row">
        {CHOICES[name].map((choice) => (
          <label key={choice} className="segment">
            <input
              type="radio"
              name={name}
              checked={choice === chosen}
              onChange={() => void before(choice).then((may) => may && choose({ [name]: choice }))}
            />
            <span>{names[choice]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
