// Made by `npm run docs` from the OpenAPI document of the server. Do not edit.

export type AuditEntry = {
  readonly id: string
  readonly roomId: string
  readonly actorId: string
  readonly action: string
  readonly targetId: string | null
  readonly reason: string | null
  readonly createdAt: string
}

export type Member = {
  readonly roomId: string
  readonly userId: string
  readonly name: string
  readonly avatarUrl?: string
  readonly role: 'owner' | 'admin' | 'member'
  readonly joinedAt: string
  readonly lastReadSeq: number
  readonly fromSeq: number
  readonly mutedUntil?: string
  readonly rev: number
  readonly added?: true
  readonly removed?: 'left' | 'kicked' | 'banned'
}

export type Message = {
  readonly id: string
  readonly roomId: string
  readonly seq: number
  readonly rev: number
  readonly senderId: string
  readonly senderName: string
  readonly clientId?: string
  readonly type: string
  readonly content: string
  readonly replyTo: string | null
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly createdAt: string
  readonly editedAt: string | null
  readonly deleted: boolean
  readonly reactions: readonly {
    readonly emoji: string
    readonly count: number
    readonly users: readonly string[]
    readonly mine?: boolean
  }[]
  readonly pinned?: { readonly by: string; readonly at: string }
  readonly stream?: {
    readonly state: 'streaming' | 'finished' | 'cancelled' | 'interrupted'
    readonly run?: number
    readonly for?: string
    readonly closing?: true
  }
}

export type Report = {
  readonly id: string
  readonly roomId: string
  readonly messageId: string
  readonly reporterId: string
  readonly reason: string
  readonly createdAt: string
  readonly resolvedAt: string | null
  readonly resolvedBy: string | null
  readonly resolution: string | null
}

export type Room = {
  readonly id: string
  readonly name: string
  readonly type: 'public' | 'private' | 'dm' | 'ephemeral'
  readonly kind?: string
  readonly createdBy: string | null
  readonly createdAt: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly settings: {
    readonly readOnly?: boolean
    readonly slowModeSeconds?: number
    readonly editWindowSeconds?: number
    readonly archived?: boolean
  }
  readonly rev: number
  readonly lastSeq: number
  readonly memberCount?: number
}

export type RoomListItem = {
  readonly room: Room
  readonly role: 'owner' | 'admin' | 'member'
  readonly lastReadSeq: number
  readonly fromSeq: number
  readonly unread: number
  readonly preview: {
    readonly seq: number
    readonly senderId: string
    readonly senderName: string
    readonly type: string
    readonly content: string
    readonly createdAt: string
    readonly deleted: boolean
  } | null
  readonly added?: true
  readonly hiddenSeq?: number
}

export type User = {
  readonly id: string
  readonly name: string
  readonly avatarUrl?: string
  readonly deactivated: boolean
}

/** The requests of all operations, by their ids. */
export type Requests = {
  /** Makes a user, or gives them this name and picture; they need not have signed in. */
  'users.upsert': { readonly userId: string; readonly name: string; readonly avatarUrl?: string | null }
  /** One user. */
  'users.get': { readonly userId: string }
  /** Deactivates the user, takes them out of all rooms, and takes their name from their messages, or the messages too. With a `next`, call it again with that as `after`. */
  'users.delete': {
    readonly userId: string
    readonly messages: 'anonymise' | 'blank'
    readonly after?: string
  }
  /** Makes up to 1000 users, or gives them these names and pictures. The last of two with one id counts. */
  'users.upsertMany': {
    readonly users: readonly {
      readonly id: string
      readonly name: string
      readonly avatarUrl?: string | null
    }[]
  }
  /** Users by id. `query`: a part of the name or id, in any case; a page of it may be empty and still have a `next`. */
  'users.list': { readonly query?: string; readonly after?: string; readonly limit?: number }
  /** The user's rooms by id, as their list shows them, with their unread. */
  'users.rooms': { readonly userId: string; readonly after?: string; readonly limit?: number }
  /** Ends all sessions of the user, who cannot sign in any more. */
  'users.deactivate': { readonly userId: string }
  /** A deactivated user may sign in again, with a token that is issued after this. */
  'users.reactivate': { readonly userId: string }
  /** Ends all sessions of the user: tokens that were issued up to now are refused. */
  'users.endSessions': { readonly userId: string }
  /** What is kept of one user: their memberships, their messages and those of the server about them. A page may be empty and still have a `next`. */
  'users.export': { readonly userId: string; readonly after?: string }
  /** Makes a room under an id of your own, without members, or changes the one that is there. */
  'rooms.upsert': {
    readonly roomId: string
    readonly name: string
    readonly type: 'public' | 'private'
    readonly kind?: string
    readonly metadata?: Readonly<Record<string, unknown>>
    readonly settings?: {
      readonly readOnly?: boolean
      readonly slowModeSeconds?: number
      readonly editWindowSeconds?: number
      readonly archived?: boolean
    }
  }
  /** One room. */
  'rooms.get': { readonly roomId: string }
  /** Renames a room, replaces its metadata, changes its settings one by one; `archived` is one of them. */
  'rooms.update': {
    readonly roomId: string
    readonly name?: string
    readonly metadata?: Readonly<Record<string, unknown>>
    readonly settings?: {
      readonly readOnly?: boolean
      readonly slowModeSeconds?: number
      readonly editWindowSeconds?: number | null
      readonly archived?: boolean
    }
  }
  /** Deletes a room for all, at once and for good; its id is never used again. */
  'rooms.delete': { readonly roomId: string }
  /** Rooms by id; of one type, or with this metadata. `query`: a part of the name or id, in any case. A page of those may be empty and still have a `next`. */
  'rooms.list': {
    readonly query?: string
    readonly type?: 'public' | 'private' | 'dm'
    readonly key?: string
    readonly value?: string
    readonly after?: string
    readonly limit?: number
  }
  /** The direct-message room of these users, made if there is none. The same users always have the same. */
  'rooms.openDm': { readonly userIds: readonly string[] }
  /** Puts a user into a room, also one who has never signed in. Of a member it sets the role, if one is given. */
  'members.add': {
    readonly roomId: string
    readonly userId: string
    readonly name?: string
    readonly role?: 'owner' | 'admin' | 'member'
    readonly silent?: boolean
  }
  /** Takes a user out of a room. They may join or be added again. */
  'members.remove': { readonly roomId: string; readonly userId: string; readonly reason?: string }
  /** Puts up to 100 users into a room. One that is refused refuses the call; the others may be in the room then. */
  'members.addMany': {
    readonly roomId: string
    readonly members: readonly {
      readonly userId: string
      readonly name?: string
      readonly role?: 'owner' | 'admin' | 'member'
    }[]
    readonly silent?: boolean
  }
  /** The members of a room, by user id. */
  'members.list': { readonly roomId: string; readonly after?: string; readonly limit?: number }
  /** Gives a member a role. */
  'members.setRole': {
    readonly roomId: string
    readonly userId: string
    readonly role: 'owner' | 'admin' | 'member'
  }
  /** Bans a user who is or was in the room: they cannot join or be added until the ban is lifted. */
  'members.ban': { readonly roomId: string; readonly userId: string; readonly reason?: string }
  /** Lifts a ban. The user is not a member again. */
  'members.unban': { readonly roomId: string; readonly userId: string }
  /** Mutes a member until a time, or ends the mute. */
  'members.mute': { readonly roomId: string; readonly userId: string; readonly until: string | null }
  /** Sends a message of type `system`: of no user, with a kind of your own, and not counted as unread. */
  'messages.sendSystem': {
    readonly roomId: string
    readonly kind: string
    readonly content: string
    readonly metadata?: Readonly<Record<string, unknown>>
    readonly clientId?: string
  }
  /** Sends up to 50 system messages in order. One that is refused refuses the call; a retry sends only what is missing. */
  'messages.sendSystemMany': {
    readonly roomId: string
    readonly messages: readonly {
      readonly kind: string
      readonly content: string
      readonly metadata?: Readonly<Record<string, unknown>>
      readonly clientId: string
    }[]
  }
  /** Sends a message as a member of the room, past slow mode and a room's read-only setting; with `join` a user who is not in it is put there. */
  'messages.send': {
    readonly roomId: string
    readonly userId: string
    readonly content: string
    readonly metadata?: Readonly<Record<string, unknown>>
    readonly type?: string
    readonly replyTo?: string
    readonly clientId?: string
    readonly join?: boolean
  }
  /** Messages of a room, without the deleted ones. */
  'messages.list': {
    readonly roomId: string
    readonly after?: number
    readonly newest?: boolean
    readonly before?: number
    readonly limit?: number
  }
  /** How many messages a room has that are not deleted, system messages included; within two seqs, if given. */
  'messages.count': { readonly roomId: string; readonly fromSeq?: number; readonly toSeq?: number }
  /** Gives a message of anyone new content. */
  'messages.edit': { readonly roomId: string; readonly messageId: string; readonly content: string }
  /** Deletes a message of anyone. */
  'messages.delete': { readonly roomId: string; readonly messageId: string }
  /** Rooms with open reports, by id, and how many each has. */
  'moderation.rooms': { readonly after?: string; readonly limit?: number }
  /** The open reports of a room, or those that are resolved, from the oldest on. */
  'moderation.reports': {
    readonly roomId: string
    readonly resolved?: boolean
    readonly after?: string
    readonly limit?: number
  }
  /** A report with the reported message as it is now, after up to 5 before it. */
  'moderation.report': { readonly roomId: string; readonly reportId: string }
  /** Resolves a report. One that is resolved already stays as it is. */
  'moderation.resolve': {
    readonly roomId: string
    readonly reportId: string
    readonly resolution: 'dismissed' | 'deleted' | 'kicked' | 'banned' | 'other'
  }
  /** What moderators and the backend did in a room, from the newest on. */
  'moderation.audit': { readonly roomId: string; readonly after?: string; readonly limit?: number }
  /** The endpoints of webhooks, and how many events wait for each or were given up. */
  'webhooks.list': Readonly<Record<string, never>>
  /** Events of an endpoint that were given up, oldest first, each with what would be posted. */
  'webhooks.dead': { readonly endpointId: string; readonly after?: number; readonly limit?: number }
  /** Lets events that were given up wait again, at their old place: those with these ids, or all. */
  'webhooks.replay': { readonly endpointId: string; readonly ids?: readonly string[] }
  /** What the node that answers does now. Its totals begin with its process: a rate is the difference of two answers of one node. */
  'stats.live': Readonly<Record<string, never>>
}

/** The answers of all operations, by their ids. */
export type Answers = {
  'users.upsert': { readonly user: User }
  'users.get': { readonly user: User }
  'users.delete': { readonly changed: number; readonly next?: string }
  'users.upsertMany': { readonly users: readonly User[] }
  'users.list': { readonly users: readonly User[]; readonly next?: string }
  'users.rooms': { readonly rooms: readonly RoomListItem[]; readonly next?: string }
  'users.deactivate': { readonly user: User }
  'users.reactivate': { readonly user: User }
  'users.endSessions': Readonly<Record<string, never>>
  'users.export': {
    readonly user: User | null
    readonly memberships: readonly Member[]
    readonly messages: readonly Message[]
    readonly next?: string
  }
  'rooms.upsert': { readonly room: Room; readonly created: boolean }
  'rooms.get': { readonly room: Room }
  'rooms.update': { readonly room: Room }
  'rooms.delete': Readonly<Record<string, never>>
  'rooms.list': { readonly rooms: readonly Room[]; readonly next?: string }
  'rooms.openDm': { readonly room: Room; readonly created: boolean }
  'members.add': { readonly member: Member }
  'members.remove': { readonly member: Member }
  'members.addMany': { readonly members: readonly Member[] }
  'members.list': { readonly members: readonly Member[]; readonly next?: string }
  'members.setRole': { readonly member: Member }
  'members.ban': { readonly member: Member }
  'members.unban': { readonly member: Member }
  'members.mute': { readonly member: Member }
  'messages.sendSystem': { readonly message: Message; readonly duplicate?: boolean }
  'messages.sendSystemMany': {
    readonly sent: readonly { readonly message: Message; readonly duplicate?: boolean }[]
  }
  'messages.send': { readonly message: Message; readonly duplicate?: boolean }
  'messages.list': { readonly messages: readonly Message[]; readonly next?: number }
  'messages.count': { readonly count: number }
  'messages.edit': { readonly message: Message }
  'messages.delete': { readonly message: Message }
  'moderation.rooms': {
    readonly rooms: readonly { readonly room: Room; readonly open: number }[]
    readonly next?: string
  }
  'moderation.reports': { readonly reports: readonly Report[]; readonly next?: string }
  'moderation.report': { readonly report: Report; readonly messages: readonly Message[] }
  'moderation.resolve': { readonly report: Report }
  'moderation.audit': { readonly entries: readonly AuditEntry[]; readonly next?: string }
  'webhooks.list': {
    readonly webhooks: readonly {
      readonly id: string
      readonly url: string | null
      readonly waiting: number
      readonly dead: number
      readonly oldestAt: string | null
    }[]
  }
  'webhooks.dead': {
    readonly letters: readonly {
      readonly id: string
      readonly type: string
      readonly body: string
      readonly reason: string
      readonly at: string
      readonly deadAt: string
    }[]
    readonly next?: number
  }
  'webhooks.replay': { readonly replayed: number }
  'stats.live': {
    readonly nodeId: string
    readonly at: string
    readonly people: number
    readonly sockets: number
    readonly queueDepth: number
    readonly sends: number
    readonly deliveries: number
    readonly commits: number
    readonly commitMs: number
  }
}

/** Method and path of each operation. */
export const ROUTES = {
  'users.upsert': 'PUT /v1/users/{userId}',
  'users.get': 'GET /v1/users/{userId}',
  'users.delete': 'DELETE /v1/users/{userId}',
  'users.upsertMany': 'PUT /v1/users',
  'users.list': 'GET /v1/users',
  'users.rooms': 'GET /v1/users/{userId}/rooms',
  'users.deactivate': 'POST /v1/users/{userId}/deactivate',
  'users.reactivate': 'POST /v1/users/{userId}/reactivate',
  'users.endSessions': 'POST /v1/users/{userId}/end-sessions',
  'users.export': 'GET /v1/users/{userId}/export',
  'rooms.upsert': 'PUT /v1/rooms/{roomId}',
  'rooms.get': 'GET /v1/rooms/{roomId}',
  'rooms.update': 'PATCH /v1/rooms/{roomId}',
  'rooms.delete': 'DELETE /v1/rooms/{roomId}',
  'rooms.list': 'GET /v1/rooms',
  'rooms.openDm': 'POST /v1/dms',
  'members.add': 'PUT /v1/rooms/{roomId}/members/{userId}',
  'members.remove': 'DELETE /v1/rooms/{roomId}/members/{userId}',
  'members.addMany': 'POST /v1/rooms/{roomId}/members',
  'members.list': 'GET /v1/rooms/{roomId}/members',
  'members.setRole': 'PUT /v1/rooms/{roomId}/members/{userId}/role',
  'members.ban': 'PUT /v1/rooms/{roomId}/bans/{userId}',
  'members.unban': 'DELETE /v1/rooms/{roomId}/bans/{userId}',
  'members.mute': 'PUT /v1/rooms/{roomId}/mutes/{userId}',
  'messages.sendSystem': 'POST /v1/rooms/{roomId}/system-messages',
  'messages.sendSystemMany': 'POST /v1/rooms/{roomId}/system-messages/batch',
  'messages.send': 'POST /v1/rooms/{roomId}/messages',
  'messages.list': 'GET /v1/rooms/{roomId}/messages',
  'messages.count': 'GET /v1/rooms/{roomId}/messages/count',
  'messages.edit': 'PATCH /v1/rooms/{roomId}/messages/{messageId}',
  'messages.delete': 'DELETE /v1/rooms/{roomId}/messages/{messageId}',
  'moderation.rooms': 'GET /v1/reports',
  'moderation.reports': 'GET /v1/rooms/{roomId}/reports',
  'moderation.report': 'GET /v1/rooms/{roomId}/reports/{reportId}',
  'moderation.resolve': 'POST /v1/rooms/{roomId}/reports/{reportId}/resolve',
  'moderation.audit': 'GET /v1/rooms/{roomId}/audit',
  'webhooks.list': 'GET /v1/webhooks',
  'webhooks.dead': 'GET /v1/webhooks/{endpointId}/dead',
  'webhooks.replay': 'POST /v1/webhooks/{endpointId}/replay',
  'stats.live': 'GET /v1/stats/live',
} as const satisfies { readonly [Id in keyof Requests]: string }
