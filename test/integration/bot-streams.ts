/** The words that the bot of bot-streams-script.ts writes in its message of this number. */
export const answerTo = (no: number): string =>
  Array.from({ length: 150 }, (_, word) => `answer-${no}-word-${word} `).join('')
