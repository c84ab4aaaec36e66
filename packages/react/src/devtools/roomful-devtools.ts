import { type DevtoolsProps, FloatingDevtools } from './floating'

/**
 * The inspector in a corner of the page, for development: nothing at all in a production build, where bundlers leave its
 * code out.
 *
 * @example
 * const App = () => <ChatProvider chat={chat}><Messages /><RoomfulDevtools /></ChatProvider>
 */
export const RoomfulDevtools: (props: DevtoolsProps) => ReturnType<typeof FloatingDevtools> | null =
  process.env.NODE_ENV === 'production' ? () => null : FloatingDevtools
