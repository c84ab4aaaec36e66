import Chat from './chat'

export default async function Page({ searchParams }) {
  const { url = '', token = '' } = await searchParams
  return <Chat url={url} token={token} />
}
