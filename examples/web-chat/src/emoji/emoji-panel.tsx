import { EmojiPicker } from 'frimousse'
import type { ReactElement } from 'react'
import '../styles/emoji.css'

/** Where the names are: beside the page, which may be mounted under a path. */
const DATA = new URL('emoji', document.baseURI).href

export default function EmojiPanel({ onPick }: { onPick: (emoji: string) => void }): ReactElement {
  return (
    <EmojiPicker.Root
      className="emoji-panel"
      emojibaseUrl={DATA}
      onEmojiSelect={({ emoji }) => onPick(emoji)}
    >
      <EmojiPicker.Search
        autoFocus
        className="emoji-search"
        aria-label="Search emoji"
        placeholder="Search emoji"
      />
      <EmojiPicker.Viewport className="emoji-list">
        <EmojiPicker.Loading className="muted emoji-note">Loading…</EmojiPicker.Loading>
        <EmojiPicker.Empty className="muted emoji-note">No emoji has that name.</EmojiPicker.Empty>
        <EmojiPicker.List />
      </EmojiPicker.Viewport>
      <footer className="emoji-footer">
        <EmojiPicker.ActiveEmoji>
          {({ emoji }) => <span className="grow clip">{emoji ? `${emoji.emoji} ${emoji.label}` : ''}</span>}
        </EmojiPicker.ActiveEmoji>
        <EmojiPicker.SkinToneSelector className="icon-button" aria-label="Skin tone" />
      </footer>
    </EmojiPicker.Root>
  )
}
