export const VS16 = '\uFE0F'
const SKINS = ['🏻', '🏼', '🏽', '🏾', '🏿']
/** Newer than the compiler's target. */
const SETS: string = 'v'
/** The platform's own table of emoji, fully qualified. */
const RGI = new RegExp('^\\p{RGI_Emoji}$', SETS)

/** Every fully qualified emoji that the platform's table confirms, by trying combinations. */
export const emojis = ((): readonly string[] => {
  const found = new Set<string>()
  const note = (text: string): void => {
    if (RGI.test(text)) found.add(text)
  }
  const single: string[] = []
  for (let point = 0x23; point < 0x20000; point++) {
    const char = String.fromCodePoint(point)
    if (/\p{Emoji}/u.test(char)) single.push(char, char + VS16, ...SKINS.map((skin) => char + skin))
  }
  for (const text of single) note(text)
  for (const digit of '#*0123456789') note(`${digit}${VS16}\u20E3`)
  const letters = Array.from({ length: 26 }, (_, i) => String.fromCodePoint(0x1f1e6 + i))
  for (const a of letters) for (const b of letters) note(a + b)
  // In sequences one skin tone stands for all, and none for the other person.
  const parts = [...found].filter((text) => !/\p{Emoji_Modifier}|\p{RI}|\u20E3/u.test(text))
  const people = [...found].filter((text) => /^\p{Emoji_Modifier_Base}🏽?$/u.test(text))
  const bases = [
    ...people,
    '🏴',
    `🏳${VS16}`,
    '🐕',
    '🐈',
    '🐻',
    '🐦',
    `❤${VS16}`,
    `⛓${VS16}`,
    '🍋',
    '🍄',
    '😮',
    '😵',
    '😶',
  ]
  for (const base of bases) for (const other of parts) note(`${base}\u200D${other}`)
  for (const a of ['👨', '👩', '🧑'])
    for (const b of ['👨', '👩', '🧑'])
      for (const kiss of ['', '💋\u200D']) note(`${a}\u200D❤${VS16}\u200D${kiss}${b}`)
  return [...found]
})()
