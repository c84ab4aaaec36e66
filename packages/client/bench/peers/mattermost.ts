import { row } from '../frames'
import { sink } from '../trial'
import { load, type Peer } from './peer'

type Action = { readonly type: string }
type Store = {
  dispatch(action: Action): void
  subscribe(listener: () => void): () => void
  getState(): State
}
type State = object
type StoreModule = {
  default: (options: { appReducers: object; getAppReducers(): object; preloadedState: object }) => Store
}
type Posts = {
  receivedNewPost(post: object, crtEnabled: boolean): Action
  receivedPosts(posts: object): Action
  receivedPostsInChannel(posts: object, channelId: string, recent: boolean, oldest: boolean): Action
}
type Selectors = {
  getPostsInCurrentChannel(state: State): readonly object[] | null | undefined
}

const CHANNEL = 'general'

/** Its store, with the channel selected and its posts selected by a subscriber. */
export const mattermost: Peer = async (folder) => {
  const { default: configureStore } = await load<StoreModule>(folder, 'mattermost-redux/store')
  const posts = await load<Posts>(folder, 'mattermost-redux/actions/posts')
  const selectors = await load<Selectors>(folder, 'mattermost-redux/selectors/entities/posts')
  const store = configureStore({ appReducers: {}, getAppReducers: () => ({}), preloadedState: {} })
  store.dispatch({ type: 'SELECT_CHANNEL', data: CHANNEL } as Action)
  let shown: readonly object[] = []
  store.subscribe(() => {
    shown = selectors.getPostsInCurrentChannel(store.getState()) ?? []
    sink.value = shown[0]
  })
  const text = (n: number): string => JSON.stringify(postOf(n))
  return {
    hold: (count) => {
      const all = Array.from({ length: count }, (_, i) => postOf(i + 1))
      const list = {
        posts: Object.fromEntries(all.map((post) => [post.id, post])),
        order: all.map(({ id }) => id).reverse(),
        next_post_id: '',
        prev_post_id: '',
      }
      store.dispatch(posts.receivedPosts(list))
      store.dispatch(posts.receivedPostsInChannel(list, CHANNEL, true, true))
    },
    live: {
      text,
      take: (text) => {
        const post: object = JSON.parse(text)
        store.dispatch(posts.receivedNewPost(post, false))
      },
      shown: () => shown.length,
    },
  }
}

function postOf(n: number) {
  const { id, senderId, content } = row(n, n)
  const at = 1_700_000_000_000 + n
  return {
    id,
    create_at: at,
    update_at: at,
    edit_at: 0,
    delete_at: 0,
    is_pinned: false,
    user_id: senderId,
    channel_id: CHANNEL,
    root_id: '',
    original_id: '',
    message: content,
    type: '',
    props: {},
    hashtags: '',
    pending_post_id: '',
    reply_count: 0,
    metadata: { embeds: [], emojis: [], files: [], images: {} },
  }
}
