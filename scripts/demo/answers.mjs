// What the bot of the demonstration says: written answers, found by words of the question. No model, no network.

/** @type {readonly { readonly asks: RegExp, readonly answer: string }[]} */
const ANSWERS = [
  {
    asks: /\b(offline|plane|tunnel|network|connection|reload|lost|lose)\b/i,
    answer: `Try it now: switch your network off (in the browser's tools, under *Network*), write three messages, and **reload the page**.

1. The page opens all the same: it is kept on your device.
2. Your messages are there, with a clock: they wait.
3. Switch the network on. They are sent once each, in your order.

For all faults at once there is [the chaos page](/chaos): it loses, doubles and reorders, kills the server, and counts what is missing. It should say **0**.`,
  },
  {
    asks: /\b(code|react|hook|use|install|start|example|how do i|api)\b/i,
    answer: `A room in React is this:

\`\`\`tsx
import { useComposer, useMessages } from '@roomful/react'

function Room() {
  const messages = useMessages()
  const { text, setText, submit } = useComposer()
  return (
    <form onSubmit={(event) => (event.preventDefault(), submit())}>
      {messages.map(({ key, content }) => <p key={key}>{content}</p>)}
      <input value={text} onChange={(event) => setText(event.target.value)} />
    </form>
  )
}
\`\`\`

\`submit\` shows the message at once, keeps it on the device, and sends it when it can. The draft survives a reload too. The pages under \`docs/\` go on from here.`,
  },
  {
    asks: /\b(bot|you|stream|model|llm|ai|grow)\b/i,
    answer: `I am about a hundred lines on \`@roomful/bot\`, and I look up what I say: there is no language model here. But my answers take the way that a model's would:

- they **grow** while I write, for everybody in the room at once;
- you can stop me by *Stop* on the message, as I have asked you a question by answering yours;
- if my process dies in the middle, the next one goes on where I was, and no word stands twice.

The source is in \`scripts/demo/bot.mjs\`.`,
  },
  {
    asks: /\b(fast|many|big|large|scroll|100,?000|archive|history|speed)\b/i,
    answer: `Open the room **100,000 messages**. It takes as long as this one, because only the rows that you see are there. Then jump: by a date, or by a number such as *50,000*. Scroll from there in both directions; nothing moves under your eyes when older ones are loaded.`,
  },
  {
    asks: /\b(second|beside|alone|friend|somebody|someone|test)\b/i,
    answer: `You need nobody: press **A second person beside me** in the list of rooms. You get a split page with another guest on the other side: a whole client, with an identity and a disk of its own. Write on one side, watch the ticks on the other.`,
  },
  {
    asks: /\b(hi|hello|hey|hallo|welcome|good (morning|evening|day))\b/i,
    answer: `Hello! I answer questions about this app. Some to begin with:

- *What happens when I am offline?*
- *How do I use it in React?*
- *How fast is a room of 100,000 messages?*
- *Are you a model?*`,
  },
]

const ELSE = `I have no answer to that: I know only a few things by heart. Ask me about being **offline**, about **React**, about the room of **100,000** messages, about **bots**, or about **a second person**.`

/** The answer to a question, whole. @param {string} question */
export function answerTo(question) {
  return ANSWERS.find(({ asks }) => asks.test(question))?.answer ?? ELSE
}

/** In pieces as a model gives them: words, with the space before them. @param {string} text */
export function piecesOf(text) {
  return text.match(/\s*\S+|\s+$/g) ?? []
}
