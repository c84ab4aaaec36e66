/** For tests of bots, in Node with msw 2.6 or later: what is said to a bot, and what it replies. */
export { type BotTest, type Said, type TestableBot, testBot } from './msw/test-bot'
