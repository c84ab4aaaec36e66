/** The page that collects what the other pages of its context report to the test: see notes.ts. */
import { type Answer, CHANNELS, type Note, type Question } from './note'

let notes: Note[] = []
let questions: Question[] = []
const answers = new BroadcastChannel(CHANNELS.answers)
new BroadcastChannel(CHANNELS.notes).onmessage = ({ data }) => notes.push(data)
new BroadcastChannel(CHANNELS.questions).onmessage = ({ data }) => questions.push(data)

const desk = {
  /** Each once, in the order in which they came. */
  takeNotes: (): Note[] => {
    const taken = notes
    notes = []
    return taken
  },
  takeQuestions: (): Question[] => {
    const taken = questions
    questions = []
    return taken
  },
  answer: (answer: Answer): void => answers.postMessage(answer),
}

export type Desk = typeof desk
Object.assign(window, { desk })
