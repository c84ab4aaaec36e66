// What stands in the rooms of the demonstration before the first visit.

/**
 * @typedef {import('./people.mjs').Who} Who
 * @typedef {object} Line
 * @property {Who} who
 * @property {string} text
 * @property {number} ago Minutes before the seed is made.
 * @property {number} [answers] Index of the line that it replies to.
 * @property {readonly (readonly [emoji: string, ...who: Who[]])[]} [reactions]
 * @property {boolean} [pinned]
 * @property {boolean} [edited]
 * @typedef {{ readonly id: string, readonly name: string, readonly topic: string, readonly lines: readonly Line[] }} DemoRoom
 */

/** Also the id of the room that every server has. */
const GENERAL = 'general'
/** The bot answers every message there; elsewhere only when it is called by name. */
export const BOT_ROOM = 'ask-roomy'

/** @type {readonly DemoRoom[]} */
export const ROOMS = [
  {
    id: GENERAL,
    name: 'general',
    topic: 'Made-up people, real app. Write something.',
    lines: [
      {
        who: 'mira',
        ago: 1_540,
        text: '**Release 2.4 goes out on Thursday.** What is not merged by Wednesday noon waits for 2.5.',
        pinned: true,
        reactions: [['👍', 'jonas', 'aiko', 'samuel', 'priya']],
      },
      { who: 'samuel', ago: 1_538, text: 'The migration is merged. It took 40 s on the copy of production.' },
      { who: 'aiko', ago: 1_530, text: 'And the rollback?', answers: 1 },
      {
        who: 'samuel',
        ago: 1_522,
        text: 'Tested twice:\n\n```sql\nBEGIN;\nALTER TABLE orders DROP COLUMN shipped_at;\nROLLBACK; -- on the copy, of course\n```',
        reactions: [['🙏', 'aiko']],
      },
      {
        who: 'jonas',
        ago: 95,
        text: 'Wrote the notes on the train, in a tunnel most of the way.',
        edited: true,
      },
      {
        who: 'jonas',
        ago: 94,
        text: 'All nine messages were sent by themselves when we came out. In order.',
        reactions: [
          ['🚇', 'mira', 'priya'],
          ['🎉', 'aiko'],
        ],
      },
      {
        who: 'priya',
        ago: 61,
        text: 'Then let us cut the network in the demo too:\n\n1. open `/chaos`\n2. let it lose, double and reorder\n3. press *Settle*, and compare',
      },
      { who: 'mira', ago: 58, text: 'Yes. That is the part nobody believes until they see it.', answers: 6 },
      { who: 'aiko', ago: 12, text: 'New here? Say hello, then pull the plug and say it again. 👋' },
      {
        who: 'roomy',
        ago: 9,
        text: 'I am a bot. Call me by name here (*Roomy, what happens offline?*) or ask in **Ask Roomy**: you can watch the answer grow, and stop it.',
        reactions: [['👀', 'priya']],
      },
    ],
  },
  {
    id: BOT_ROOM,
    name: 'Ask Roomy',
    topic: 'A bot with canned answers: no model, no network. They grow as a model’s would.',
    lines: [
      { who: 'priya', ago: 42, text: 'What happens to a message that I write offline?' },
      {
        who: 'roomy',
        ago: 41,
        answers: 0,
        text: 'It is shown at once, kept on your device, and sent when there is a network again. **Also after a reload**: the queue is on the disk, not in the page.',
        reactions: [['💡', 'priya']],
      },
    ],
  },
  {
    id: 'design',
    name: 'design',
    topic: 'Pictures, type, colour. Made-up people.',
    lines: [
      {
        who: 'aiko',
        ago: 300,
        text: 'Two drafts of the empty state. A: the drawing. B: one sentence and a button.',
      },
      { who: 'leila', ago: 290, text: 'B. People who see an empty room want to *do* something.', answers: 0 },
      { who: 'mira', ago: 288, text: 'B', reactions: [['🅱️', 'aiko', 'leila', 'jonas']] },
      { who: 'aiko', ago: 200, text: 'B it is. The drawing goes on the wall.' },
    ],
  },
  {
    id: 'languages',
    name: 'languages',
    topic: 'Right to left and left to right, side by side. Made-up people.',
    lines: [
      { who: 'leila', ago: 420, text: 'صباح الخير! هل وصلت الرسالة رقم 42 بالترتيب الصحيح؟' },
      { who: 'noam', ago: 418, text: 'כן, הכול הגיע לפי הסדר, גם אחרי ש־Wi‑Fi נפל.', answers: 0 },
      { who: 'aiko', ago: 410, text: '日本語も大丈夫です。改行も、\n絵文字も 🗾' },
      { who: 'leila', ago: 405, text: '🎉' },
    ],
  },
]
