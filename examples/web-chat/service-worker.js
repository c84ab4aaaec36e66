// The page without a network: what it is made of is kept when it is installed, so a reload opens it. The messages are the
// page's own (IndexedDB), and nothing here sees them. `npm run build` puts in the files; see service-worker.mjs.
/* global FILES, VERSION */
const NAME = `roomful-${VERSION}`
/** A page that has not come by then is not worth waiting for while there is one here. */
const PAGE_MS = 4_000

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(FILES)))
})

self.addEventListener('activate', (event) => {
  // Only now: pages of the version before have loaded what they may still want from theirs.
  const old = (name) => name.startsWith('roomful-') && name !== NAME
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  )
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (request.mode === 'navigate' && pathname === new URL('./', self.location.href).pathname)
    event.respondWith(pageFor(request))
  else if (pathname.includes('/assets/')) event.respondWith(assetFor(request))
})

/** The newest page, or the one that is here. */
async function pageFor(request) {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), PAGE_MS)
  try {
    const answer = await fetch(request, { signal: controller.signal })
    // A proxy whose server is down answers too.
    if (answer.ok) return answer
    return (await caches.match('./')) ?? answer
  } catch (error) {
    const kept = await caches.match('./')
    if (kept) return kept
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** Their names have the hash of their content: what is here is right. */
async function assetFor(request) {
  return (await caches.match(request)) ?? fetch(request)
}
