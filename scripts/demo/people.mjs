// The people of the demonstration. They are made up, and the rooms' topics say so.

/** @typedef {{ readonly id: string, readonly name: string }} Person */

export const BOT = { id: 'demo-roomy', name: 'Roomy (bot)' }

export const PEOPLE = /** @satisfies {Record<string, Person>} */ ({
  mira: { id: 'demo-mira', name: 'Mira Okafor' },
  jonas: { id: 'demo-jonas', name: 'Jonas Lindqvist' },
  aiko: { id: 'demo-aiko', name: 'Aiko Tanaka' },
  samuel: { id: 'demo-samuel', name: 'Samuel Adeyemi' },
  leila: { id: 'demo-leila', name: 'ليلى حداد' },
  noam: { id: 'demo-noam', name: 'נעם לוי' },
  priya: { id: 'demo-priya', name: 'Priya Raman' },
  roomy: BOT,
})

/** @typedef {keyof typeof PEOPLE} Who */
